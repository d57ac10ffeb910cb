"""Named servers of other products: settings under the name that the product has for them."""
