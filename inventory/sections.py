"""The sections of stock in the navigation of a shop's pages. A section stands here once its page does."""
