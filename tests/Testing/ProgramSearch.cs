namespace SqlStream.Testing;

/// <summary>Finds programs that some tests need.</summary>
public static class ProgramSearch
{
    /// <summary>Whether a program is on the PATH.</summary>
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));
}
