using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;

namespace SqlStream.Testing;

/// <summary>A PostgreSQL server of the tests' own, reached by a socket in its directory; stopped and removed on Dispose.</summary>
public sealed partial class PostgresServer : IDisposable
{
    const string SharedMemory = "/dev/shm";
    const int SigKill = 9;

    static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    // Made once, and copied for each server: that is much faster.
    static readonly Lazy<string> s_template = new(MakeTemplate);

    readonly string _directory;
    readonly string[] _settings;
    Process? _server;

    public PostgresServer() : this([])
    {
    }

    PostgresServer(string[] settings)
    {
        // Ending a process loses nothing that it wrote, so what tests find out does not depend on the disk.
        _directory = NewDirectory();
        _settings = settings;
        if (Missing() is { } reason)
        {
            if (MustRun)
                throw new InvalidOperationException(reason);
            return;
        }
        if (IsRoot)
            Run("chown", "postgres", _directory);
        Run("cp", "-a", s_template.Value, Data);
        DataSource = NpgsqlDataSource.Create($"Host={_directory};Username=postgres;Database=postgres;Timeout=5");
        Start();
    }

    /// <summary>A server with settings of its own, as in <c>name=value</c>.</summary>
    public static PostgresServer With(params string[] settings) => new(settings);

    /// <summary>Connections to the server.</summary>
    public NpgsqlDataSource DataSource { get; } = null!;

    /// <summary>The address of a database on it, for users.</summary>
    public string Url => $"postgres:///postgres?host={_directory}&user=postgres";

    /// <summary>Where the server's programs are; null if there are none.</summary>
    public static string? Binaries { get; } = FindBinaries();

    static bool IsRoot => Environment.UserName == "root";

    string Data => Path.Combine(_directory, "data");

    /// <summary>Why there can be no server here, or null.</summary>
    public static string? Missing()
    {
        if (Binaries is null)
            return "PostgreSQL is not installed (Debian package postgresql)";
        return IsRoot && !ProgramSearch.Exists("setpriv") ? "program setpriv is not installed" : null;
    }

    /// <summary>Why tests of a server are skipped, or null. Under CI=true they run, and fail where there is none: what the tests promise is not passed over
    /// unseen.</summary>
    public static string? SkipReason() => MustRun ? null : Missing();

    static bool MustRun => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>Runs statements.</summary>
    public void Execute(string sql)
    {
        using var command = DataSource.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    /// <summary>The rows of a query, their values as the server prints them, with <c>|</c> between.</summary>
    public IReadOnlyList<string> Query(string sql)
    {
        var rows = new List<string>();
        using var command = DataSource.CreateCommand($"SELECT row_to_json(q)::text FROM ({sql}) AS q");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            using var row = System.Text.Json.JsonDocument.Parse(reader.GetString(0));
            rows.Add(string.Join('|', row.RootElement.EnumerateObject().Select(field => field.Value.ToString())));
        }
        return rows;
    }

    /// <summary>Starts the server again, and waits until it takes connections.</summary>
    public void Start()
    {
        string[] settings = ["listen_addresses=", "fsync=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60", .. _settings];
        string[] command = [.. AsUser("postgres"), "-D", Data, "-k", _directory, .. settings.SelectMany(setting => new[] { "-c", setting })];
        var waited = Stopwatch.StartNew();
        while (true)
        {
            _server = Process.Start(Quiet(command))!;
            _server.BeginOutputReadLine();
            _server.BeginErrorReadLine();
            if (IsReady(waited))
                return;
            // What is left of a server that was killed may still be there.
            _server.Dispose();
        }
    }

    /// <summary>Ends the server and all its processes with SIGKILL.</summary>
    public void Kill()
    {
        var children = Children(_server!.Id);
        foreach (var process in children.Prepend(_server.Id))
            _ = Signal(process, SigKill);
        _server.WaitForExit(_limit);
        _server.Dispose();
        _server = null;
        NpgsqlConnection.ClearPool(DataSource.CreateConnection());
        DataSource.Clear();
    }

    public void Dispose()
    {
        if (_server is not null)
        {
            Kill();
            DataSource.Dispose();
        }
        Directory.Delete(_directory, recursive: true);
    }

    static string NewDirectory() => Directory.Exists(SharedMemory)
        ? Directory.CreateDirectory(Path.Combine(SharedMemory, "sqlstream-" + Path.GetRandomFileName())).FullName
        : Directory.CreateTempSubdirectory("sqlstream-").FullName;

    static string MakeTemplate()
    {
        var directory = NewDirectory();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        if (IsRoot)
            Run("chown", "postgres", directory);
        var data = Path.Combine(directory, "data");
        Run([.. AsUser("initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        return data;
    }

    static string? FindBinaries()
    {
        const string root = "/usr/lib/postgresql";
        return Directory.Exists(root)
            ? Directory.EnumerateDirectories(root).Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Max()
            : null;
    }

    // The server refuses to run as root.
    static string[] AsUser(string program)
    {
        var path = Path.Combine(Binaries!, program);
        return IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", path] : [path];
    }

    bool IsReady(Stopwatch waited)
    {
        while (true)
        {
            try
            {
                DataSource.OpenConnection().Dispose();
                return true;
            }
            catch (NpgsqlException exception)
            {
                if (waited.Elapsed > _limit)
                    throw new TimeoutException($"PostgreSQL takes no connections: {exception.Message}", exception);
                if (_server!.HasExited)
                    return false;
                Thread.Sleep(5);
            }
        }
    }

    static List<int> Children(int parent)
    {
        var children = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                // pid (name) state parent ...
                var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                if (int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ')[2], CultureInfo.InvariantCulture) == parent)
                    children.Add(int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // It has ended.
            }
        }
        return children;
    }

    static ProcessStartInfo Quiet(string[] command) =>
        new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };

    static void Run(params string[] command)
    {
        using var process = Process.Start(Quiet(command))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        if (!process.WaitForExit(_limit) || process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}:\n{output.Result}{error}");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int pid, int signal);
}
