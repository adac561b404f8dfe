namespace SqlStream.Goldens;

/// <summary>A golden file is wrong.</summary>
/// <param name="line">Where, from 1.</param>
/// <param name="message">What is wrong.</param>
public class GoldenException(int line, string message) : Exception(message)
{
    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;
}
