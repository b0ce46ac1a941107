"""What a browser shows: views, templates, the script and the style."""
