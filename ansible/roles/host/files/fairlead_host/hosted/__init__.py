"""A database that runs elsewhere, seen from this server: asked over the network as the app would, changed never."""
