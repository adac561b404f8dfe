namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>What a process left.</summary>
/// <param name="ExitCode">Its exit code; 128 + n if signal n ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>The exit code of a process that SIGKILL ended.</summary>
    public const int Killed = 128 + 9;

    /// <summary>Asserts the exit code, showing what the program said if it is another.</summary>
    public ProgramResult Exits(int code)
    {
        Assert.True(ExitCode == code, $"exit code {ExitCode}, expected {code}\nstdout:\n{Output}\nstderr:\n{Error}");
        return this;
    }

    /// <summary>Asserts exit code 1..4 and the whole of standard error.</summary>
    public void FailsWith(int code, string error)
    {
        Exits(code);
        Assert.Equal(error.TrimEnd(), Error.TrimEnd());
    }

    /// <summary>Asserts that standard error has these lines, in this order, perhaps among others.</summary>
    public ProgramResult Says(params string[] lines)
    {
        var at = 0;
        foreach (var line in lines)
        {
            var found = Error.IndexOf(line, at, StringComparison.Ordinal);
            Assert.True(found >= 0, $"standard error has no \"{line}\" after character {at}:\n{Error}");
            at = found + line.Length;
        }
        return this;
    }
}
