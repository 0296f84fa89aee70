"""One TCP connection: RFC 9293 and the RFCs it leans on."""
