using SqlStream.Core.Diagnostics;

namespace SqlStream.Core.Files;

/// <summary>The directories below which SQL may read and write files. Immutable, thread-safe.</summary>
/// <remarks>A path is followed as the kernel would, link by link, before it is compared: neither <c>..</c> nor a link leads out. What does not
/// exist yet is judged by where it would come to be.</remarks>
public sealed class FileRoots
{
    const int LinksMax = 40;

    readonly IReadOnlyList<string>? _roots;
    readonly IReadOnlyList<string> _closed;

    FileRoots(IReadOnlyList<string>? roots, IReadOnlyList<string> closed)
    {
        _roots = roots;
        _closed = closed;
    }

    /// <summary>No bounds: what a program may do that its own user started.</summary>
    public static FileRoots Anywhere { get; } = new(null, []);

    /// <summary>Below these directories.</summary>
    /// <param name="directories">The directories.</param>
    /// <param name="closed">Directories and files below them that are closed all the same.</param>
    public static FileRoots Below(IEnumerable<string> directories, IEnumerable<string> closed) =>
        new([.. directories.Select(Canonical)], [.. closed.Select(Canonical)]);

    /// <summary>There are bounds.</summary>
    public bool AreBounded => _roots is not null;

    /// <summary>The directories; empty where there are no bounds.</summary>
    public IReadOnlyList<string> Directories => _roots ?? [];

    /// <summary>True for a path that may be used.</summary>
    public bool Allow(string path)
    {
        if (_roots is null)
            return true;
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            return false;
        string canonical;
        try
        {
            canonical = Canonical(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        return _roots.Any(root => IsBelow(canonical, root)) && !_closed.Any(closed => IsBelow(canonical, closed));
    }

    /// <summary>42501 for a path that may not be used, at the place that names it.</summary>
    public void Check(string path, SourceSpan span)
    {
        if (!Allow(path))
            throw Refused(path, span);
    }

    /// <summary>The error of a path that may not be used.</summary>
    public SqlException Refused(string path, SourceSpan span) => new(new Diagnostic(
        SqlState.InsufficientPrivilege, $"path \"{path}\" is outside the directories that this server may use", span,
        Hint: $"Use a path below {string.Join(" or ", Directories.Select(root => $"\"{root}\""))}, or start the server with --root DIR."));

    static bool IsBelow(string path, string root) =>
        path == root || root == "/" || (path.StartsWith(root, StringComparison.Ordinal) && path[root.Length] == Path.DirectorySeparatorChar);

    // As the kernel walks: the dots of a path count after the links before them.
    static string Canonical(string path)
    {
        var pending = new Stack<string>();
        Push(pending, Path.IsPathRooted(path) ? path : Path.Combine(Environment.CurrentDirectory, path));
        var at = "/";
        var links = 0;
        while (pending.TryPop(out var part))
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                at = Path.GetDirectoryName(at) ?? "/";
                continue;
            }
            var next = Path.Combine(at, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                at = next;
                continue;
            }
            if (++links > LinksMax)
                throw new IOException($"too many links in {path}");
            if (Path.IsPathRooted(target))
                at = "/";
            Push(pending, target);
        }
        return at;
    }

    static void Push(Stack<string> pending, string path)
    {
        foreach (var part in path.Split(Path.DirectorySeparatorChar).Reverse())
            pending.Push(part);
    }
}
