namespace SqlStream.Core.Diagnostics;

/// <summary>The engine broke one of its own invariants. Fails the job; no user input may lead here.</summary>
public sealed class EngineBugException : Exception
{
    /// <summary>Names the broken invariant.</summary>
    public EngineBugException(string message, Exception? cause = null) : base(message, cause) { }
}
