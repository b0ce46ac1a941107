"""The server: routes and who may use them, what every request passes, and the handlers."""
