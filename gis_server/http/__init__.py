"""The ground of HTTP: parameters, negotiation, compression, validators, problem details."""
