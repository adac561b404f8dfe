namespace SqlStream.Goldens;

/// <summary>A step of a stream took longer than it may.</summary>
/// <param name="line">Where the step stands, from 1.</param>
/// <param name="message">Which step, and how long it may take.</param>
public sealed class GoldenTimeoutException(int line, string message) : GoldenException(line, message);
