"""Small servers that speak a database's protocol truly, for clients that must run."""
