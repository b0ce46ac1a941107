"""What people take home: labels, networks, the model folder and a report."""
