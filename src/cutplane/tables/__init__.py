"""Tables as people have them: reading, encoding, splitting, and models that read them."""
