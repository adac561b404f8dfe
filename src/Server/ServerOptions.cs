using System.Net;

namespace SqlStream.Server;

/// <summary>How a server is set up.</summary>
public sealed record ServerOptions
{
    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Its data directory.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Directories in which SQL may have files.</summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>Files and directories below <see cref="Roots"/> that SQL must not reach all the same, such as the one with the token.</summary>
    public IReadOnlyList<string> ClosedPaths { get; init; } = [];

    /// <summary>Options of all sessions.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>What requests must bring; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>A PEM file with the certificate of the server; null for plain HTTP.</summary>
    public string? Certificate { get; init; }

    /// <summary>A PEM file with the key of <see cref="Certificate"/>.</summary>
    public string? Key { get; init; }

    /// <summary>A PEM file with the authorities that sign the certificates of clients; null where they need none.</summary>
    public string? ClientAuthority { get; init; }

    /// <summary>Names by which clients may call the server beside its addresses and localhost.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>CREATE FUNCTION may load classes of assemblies, whose code may do all that the server may.</summary>
    public bool AllowsAssemblies { get; init; }

    /// <summary>How long a stop waits for the output of jobs.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What it accepts.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>Worker threads of the engine.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told of what happens, as lines for people.</summary>
    public Action<string> Say { get; init; } = _ => { };

    /// <summary>Where <c>print</c> tables write.</summary>
    public TextWriter Output { get; init; } = TextWriter.Null;
}

/// <summary>What a server accepts.</summary>
public sealed record ServerLimits
{
    /// <summary>Sessions at once.</summary>
    public int SessionsMax { get; init; } = 100;

    /// <summary>A session that nobody uses for so long is closed.</summary>
    public TimeSpan SessionIdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Statements of a session that are remembered; of more the oldest that has ended goes.</summary>
    public int StatementsMax { get; init; } = 64;

    /// <summary>Characters of a statement or script.</summary>
    public int SqlCharactersMax { get; init; } = 1 << 20;

    /// <summary>Bytes of the body of a request.</summary>
    public long BodyBytesMax { get; init; } = 8 << 20;

    /// <summary>Bytes of rows that wait for their reader; a query with more is held back.</summary>
    public int ResultBytesMax { get; init; } = 4 << 20;

    /// <summary>Rows of a page.</summary>
    public int PageRowsMax { get; init; } = 10_000;

    /// <summary>How long a request may wait for something to happen.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the headers of a request may take.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the body of a request may take, however steadily it comes.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a client may take for each 16 kB of an answer, be it a page or events.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections at once.</summary>
    public int ConnectionsMax { get; init; } = 1024;

    /// <summary>Jobs that have ended and stay listed.</summary>
    public int JobHistoryMax { get; init; } = 1000;

    internal IReadOnlyDictionary<string, long> ByName => new SortedDictionary<string, long>(StringComparer.Ordinal)
    {
        ["bodyBytes"] = BodyBytesMax,
        ["bodyMs"] = (long)BodyTimeout.TotalMilliseconds,
        ["connections"] = ConnectionsMax,
        ["headersMs"] = (long)HeadersTimeout.TotalMilliseconds,
        ["jobHistory"] = JobHistoryMax,
        ["pageRows"] = PageRowsMax,
        ["resultBytes"] = ResultBytesMax,
        ["sendMs"] = (long)SendTimeout.TotalMilliseconds,
        ["sessionIdleMs"] = (long)SessionIdleTimeout.TotalMilliseconds,
        ["sessions"] = SessionsMax,
        ["sqlCharacters"] = SqlCharactersMax,
        ["statements"] = StatementsMax,
        ["waitMs"] = (long)WaitMax.TotalMilliseconds,
    };
}
