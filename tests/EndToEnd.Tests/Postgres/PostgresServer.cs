using System.Diagnostics;
using Npgsql;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>A PostgreSQL server of the tests' own, reached by a socket in its directory; stopped and removed on Dispose.</summary>
public sealed class PostgresServer : IDisposable
{
    static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    readonly WorkDirectory _work = new();
    readonly Process? _server;

    public PostgresServer()
    {
        if (Missing() is not null)
            return;
        var data = _work["data"];
        if (IsRoot)
            Run("chown", "postgres", _work.Path);
        Run([.. AsUser("initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        string[] command = [.. AsUser("postgres"), "-D", data, "-k", _work.Path, "-c", "listen_addresses=", "-c", "fsync=off"];
        _server = Process.Start(Quiet(command))!;
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        DataSource = NpgsqlDataSource.Create($"Host={_work.Path};Username=postgres;Database=postgres;Timeout=5");
        WaitUntilReady();
    }

    /// <summary>Connections to the server.</summary>
    public NpgsqlDataSource DataSource { get; } = null!;

    static bool IsRoot => Environment.UserName == "root";

    /// <summary>Why there can be no server here, or null.</summary>
    public static string? Missing()
    {
        if (Binaries() is null)
            return "PostgreSQL is not installed (Debian package postgresql)";
        return IsRoot && !ProgramSearch.Exists("setpriv") ? "program setpriv is not installed" : null;
    }

    public void Dispose()
    {
        if (_server is not null)
        {
            DataSource.Dispose();
            _server.Kill();
            _server.WaitForExit(_limit);
            _server.Dispose();
        }
        _work.Dispose();
    }

    static string? Binaries()
    {
        const string root = "/usr/lib/postgresql";
        return Directory.Exists(root)
            ? Directory.EnumerateDirectories(root).Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max()
            : null;
    }

    // The server refuses to run as root.
    static string[] AsUser(string program)
    {
        var path = Path.Combine(Binaries()!, program);
        return IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", path] : [path];
    }

    void WaitUntilReady()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                DataSource.OpenConnection().Dispose();
                return;
            }
            catch (NpgsqlException exception)
            {
                Assert.False(_server!.HasExited, $"PostgreSQL ended at its start: {exception.Message}");
                Assert.True(waited.Elapsed < _limit, $"PostgreSQL takes no connections: {exception.Message}");
            }
        }
    }

    static ProcessStartInfo Quiet(string[] command) =>
        new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };

    static void Run(params string[] command)
    {
        using var process = Process.Start(Quiet(command))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(_limit), $"{command[0]} did not end");
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}:\n{output.Result}{error}");
    }
}
