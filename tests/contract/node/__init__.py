"""What a node tells about itself and how it is set up."""
