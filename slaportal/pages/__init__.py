"""What every page shares: instants as the reader reads them, lists in pages."""
