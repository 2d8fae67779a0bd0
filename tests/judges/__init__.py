"""Outside judges of what qrelay writes: other people's readers and simulators, matrices from the formats' own pages.

Nothing here imports qrelay. Every judge answers in the same terms: classical memory as an int, bit 0 least significant.
"""
