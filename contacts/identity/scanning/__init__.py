"""The scan for duplicates: everybody is sketched, those who share a key are paired, each pair is weighed.

sketching → a sketch of everyone who changed (what the rules compare, and the keys they meet under)
pairing   → who meets whom; a key that too many share is passed over and counted
settling  → pairs weighed batch by batch, each batch saved whole; a killed scan goes on from there
"""
