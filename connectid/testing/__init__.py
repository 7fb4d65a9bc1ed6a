"""What tests of several features share: fake servers, clients and fixtures. Never imported by the running server."""
