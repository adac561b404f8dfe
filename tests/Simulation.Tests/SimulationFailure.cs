namespace SqlStream.Simulation.Tests;

/// <summary>A run whose outcome is wrong.</summary>
sealed class SimulationFailure(string message, Exception? cause = null) : Exception(message, cause);
