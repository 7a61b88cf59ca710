package dev.gapless.admission;

/// Fired once, when the server is ready.
///
/// @param port the HTTPS port
/// @param managementPort the port of health and metrics
public record Ready(int port, int managementPort) {}
