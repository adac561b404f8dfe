namespace SqlStream.Testing;

/// <summary>Where the golden files are.</summary>
public static class GoldenFolder
{
    /// <summary>The golden files of a folder below tests/golden, by their path from there.</summary>
    public static IEnumerable<string> Files(string folder)
    {
        var root = Root();
        var directory = Path.Combine(root, folder);
        if (!Directory.Exists(directory))
            return [];
        return Directory.EnumerateFiles(directory, "*.test").Order(StringComparer.Ordinal).Select(file => Path.GetRelativePath(root, file));
    }

    /// <summary>The folder tests/golden.</summary>
    public static string Root()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            var golden = Path.Combine(directory, "tests", "golden");
            if (Directory.Exists(golden))
                return golden;
        }
        throw new DirectoryNotFoundException("tests/golden is not above " + AppContext.BaseDirectory);
    }
}
