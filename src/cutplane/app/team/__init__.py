"""Who labels: people, their tokens and invitations, and who has which row in front of them."""
