namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>The program under test, as users run it.</summary>
static class SqlStreamProgram
{
    static readonly Lazy<string> _path = new(Find);

    /// <summary>Path of the executable: <c>SQLSTREAM_BIN</c>, or what <c>make build</c> left.</summary>
    public static string Path => _path.Value;

    /// <summary>Whether the long form of the tests was asked for.</summary>
    public static bool IsLong => System.Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1";

    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    static string Find()
    {
        var path = System.Environment.GetEnvironmentVariable("SQLSTREAM_BIN") ?? System.IO.Path.Combine(Root, "artifacts", "sqlstream", "sqlstream");
        Assert.True(File.Exists(path), $"the program is not at {path}: run 'make build', or set SQLSTREAM_BIN");
        return path;
    }

    static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory.FullName, "SqlStream.sln")))
            directory = directory.Parent;
        Assert.True(directory is not null, $"no SqlStream.sln above {AppContext.BaseDirectory}");
        return directory.FullName;
    }
}
