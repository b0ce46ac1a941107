"""The labelling side: people answer, in a browser or a terminal, and the model follows."""
