using System.Text;

namespace SqlStream.Cli.Terminals;

/// <summary>What was entered, oldest first, kept in a file: an entry a line, appended as it comes, so that a killed program loses none and several
/// programs may share it.</summary>
/// <param name="path">The file; null to keep nothing.</param>
/// <param name="keep">What of an entry may be kept in the file.</param>
sealed class LineHistory(string? path, Func<string, string> keep)
{
    const int EntriesMax = 10_000;

    readonly List<string> _entries = path is null ? [] : Read(path);

    public IReadOnlyList<string> Entries => _entries;

    /// <summary>Adds an entry; one that repeats the last, or begins with a space, is not kept.</summary>
    public void Add(string entry)
    {
        entry = entry.TrimEnd();
        if (entry.Length == 0 || entry[0] == ' ' || (_entries.Count > 0 && _entries[^1] == entry))
            return;
        _entries.Add(entry);
        if (path is null)
            return;
        try
        {
            Append(path, Escape(keep(entry)) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A home that cannot be written must not keep anybody from working.
            return;
        }
    }

    /// <summary>The last entry before a place that holds a text, or -1.</summary>
    public int FindBefore(int place, string text)
    {
        for (var i = Math.Min(place, _entries.Count) - 1; i >= 0; i--)
        {
            if (_entries[i].Contains(text, StringComparison.OrdinalIgnoreCase))
                return i;
        }
        return -1;
    }

    static void Append(string path, string line)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(line));
    }

    static List<string> Read(string path)
    {
        try
        {
            if (!File.Exists(path))
                return [];
            var lines = File.ReadAllLines(path);
            if (lines.Length > 2 * EntriesMax)
            {
                var next = path + ".new";
                File.WriteAllLines(next, lines[^EntriesMax..]);
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                File.Move(next, path, overwrite: true);
            }
            return [.. lines.TakeLast(EntriesMax).Where(line => line.Length > 0).Select(Unescape)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static string Escape(string entry) => entry.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    static string Unescape(string line)
    {
        var entry = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length)
                entry.Append(line[++i] == 'n' ? '\n' : line[i]);
            else if (!char.IsControl(line[i]))
                entry.Append(line[i]);
        }
        return entry.ToString();
    }
}
