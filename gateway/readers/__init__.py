"""The only parsers: XML, JSON, gzip, containers, each with limits. Everything that comes from outside passes here."""
