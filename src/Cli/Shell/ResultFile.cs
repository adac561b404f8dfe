namespace SqlStream.Cli.Shell;

/// <summary>The file of <c>.output</c>. What cannot be written is an error of the statement that writes it; then nothing more is, so that the file can be left.</summary>
sealed class ResultFile : WriteOnlyStream
{
    readonly string _path;
    readonly FileStream _file;
    bool _hasFailed;

    public ResultFile(string path)
    {
        _path = path;
        try
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw ShellErrors.FileNotWritable(path, e);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // The writer keeps what failed, and writes it again when it is closed.
        if (_hasFailed)
            return;
        try
        {
            _file.Write(buffer);
        }
        catch (IOException e)
        {
            _hasFailed = true;
            throw ShellErrors.FileFailed(_path, e);
        }
    }

    public override void Flush()
    {
        // Nothing is kept here.
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }
}
