"""Results as IIIF: manifests for viewers, and image tiles that any web server can deliver."""
