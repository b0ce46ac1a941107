"""cutplane inside other libraries, each imported only when its module is."""
