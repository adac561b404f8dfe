using System.Text;

namespace SqlStream.Client;

/// <summary>Paths of Unix sockets, which the kernel takes only where they are short.</summary>
public static class SocketPath
{
    /// <summary>Uses a path as it is, or, where it is too long, one that leads to the same place.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="bytesMax">What is short enough.</param>
    /// <param name="use">Uses the path.</param>
    public static async Task UseAsync(string path, int bytesMax, Func<string, Task> use)
    {
        if (Encoding.UTF8.GetByteCount(path) <= bytesMax)
        {
            await use(path).ConfigureAwait(false);
            return;
        }
        var link = Path.Combine(Path.GetTempPath(), "sqlstream-" + Path.GetRandomFileName());
        Directory.CreateSymbolicLink(link, Path.GetDirectoryName(path)!);
        try
        {
            await use(Path.Combine(link, Path.GetFileName(path))).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(link);
        }
    }
}
