"""Where web versions and pictures are put, so that readers find them."""
