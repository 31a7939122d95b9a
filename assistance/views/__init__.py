"""The desk's pages of assistance: pairings, the measures and what arrives of them, units and cadres."""
