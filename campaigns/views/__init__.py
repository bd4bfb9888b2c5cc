"""Pages of newsletters outside the lists and forms of the back office."""
