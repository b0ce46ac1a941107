"""The final solve: the network with the least penalized error on the same gates."""
