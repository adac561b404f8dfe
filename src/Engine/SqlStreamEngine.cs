using System.Runtime.CompilerServices;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Embedding;
using SqlStream.Engine.Health;
using SqlStream.Engine.Jobs;
using SqlStream.Engine.Metrics;
using SqlStream.Engine.Push;
using SqlStream.Engine.Results;
using SqlStream.Engine.Rows;
using SqlStream.Engine.Sessions;
using SqlStream.Engine.UserFunctions;
using SqlStream.Execution;
using SqlStream.State.Checkpoints;

namespace SqlStream.Engine;

/// <summary>The engine as a .NET program embeds it: it executes SQL, gives and takes rows as .NET values, and runs jobs.</summary>
/// <remarks>Thread-safe. Statements given to the engine itself share one catalog and one set of options and are carried out one at a time; rows are
/// read and written beside them. <see cref="OpenSession"/> gives further catalogs. Dispose cancels running jobs, whose checkpoints stay where the
/// data directory was given; what still runs or is called afterwards raises <see cref="ObjectDisposedException"/>.
/// <para>What is wrong with SQL, options or data raises <see cref="SqlException"/>, what is wrong outside <see cref="ExternalException"/>, each with
/// an SQLSTATE.</para></remarks>
public sealed class SqlStreamEngine : IAsyncDisposable
{
    readonly CompositionRoot _root;
    readonly bool _ownsDirectory;
    readonly JobLease? _ownLease;
    readonly ProgramSession _program;
    readonly Lazy<Task> _disposal;
    volatile bool _isDisposed;

    SqlStreamEngine(CompositionRoot root, string dataDirectory, JobLease? ownLease)
    {
        _root = root;
        _ownsDirectory = root.Options.DataDirectory is null;
        _ownLease = ownLease;
        DataDirectory = dataDirectory;
        Jobs = new JobRegistry(root, dataDirectory, (ownLease ?? root.Options.Lease)?.Incarnation ?? 0);
        Metrics = new EngineMetrics(Jobs, root.Options.Clock);
        _program = new ProgramSession(this);
        _disposal = new Lazy<Task>(CloseAsync);
    }

    /// <summary>Where jobs keep state and checkpoints.</summary>
    public string DataDirectory { get; }

    /// <summary>The jobs.</summary>
    public JobRegistry Jobs { get; }

    /// <summary>What keeps the jobs, in a server.</summary>
    internal JobStore? Store { get; set; }

    /// <summary>What the engine and its jobs count.</summary>
    public EngineMetrics Metrics { get; }

    internal CompositionRoot Root => _root;

    /// <summary>The data directory goes with the engine.</summary>
    internal bool IsTemporary => _ownsDirectory;

    /// <summary>Opens an engine.</summary>
    /// <exception cref="SqlException">55006: another engine has the data directory. 22023, 42704: options are wrong.</exception>
    /// <exception cref="ExternalException">The data directory cannot be made.</exception>
    public static SqlStreamEngine Open(EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var directory = Path.GetFullPath(options.DataDirectory ?? Directory.CreateTempSubdirectory("sqlstream-").FullName);
        var lease = options is { DataDirectory: not null, Lease: null, IsPrivateDirectory: false } ? JobLease.Acquire(directory, options.Clock) : null;
        var root = new CompositionRoot(options, directory);
        try
        {
            return new SqlStreamEngine(root, directory, lease);
        }
        catch
        {
            root.Dispose();
            lease?.Dispose();
            if (options.DataDirectory is null)
                Remove(directory);
            throw;
        }
    }

    /// <summary>Opens an engine; without options one that keeps nothing.</summary>
    public static Task<SqlStreamEngine> OpenAsync(EngineOptions? options = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Open(options ?? new EngineOptions()));
    }

    /// <summary>Executes statements separated by semicolons, in order, up to the first that fails: definitions, SET, INSERT, SHOW, EXPLAIN, and whatever
    /// else is no query. An INSERT starts its job and does not wait for it, unless <c>table.dml-sync</c> is <c>true</c>; then it raises what the job failed
    /// with.</summary>
    /// <returns>What each statement gave.</returns>
    /// <exception cref="SqlException">A statement is wrong; positions refer to the text. A text that does not parse has no effect at all.</exception>
    public Task<IReadOnlyList<StatementResult>> ExecuteAsync(string sql, CancellationToken cancellation = default) => _program.ExecuteAsync(sql, cancellation);

    /// <summary>Runs a query and gives its rows as they come, each with its kind: the rows of an updating query are changes, in their order. Statements
    /// that answer with a table, such as SHOW TABLES, give its rows.</summary>
    /// <remarks>The query starts with the enumeration and ends with it: by its own end, by leaving the loop, or by cancellation. It is held back
    /// while the program does not read; what is on its way is bounded by the channels of the job. Every enumeration runs the query anew.</remarks>
    public async IAsyncEnumerable<Row> QueryAsync(string sql, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var change in new QueryRows(this, _program).ReadAsync<Row>(sql, allowsUpdates: true, cancellation).ConfigureAwait(false))
            yield return change.Value;
    }

    /// <summary>Runs a query whose rows only grow and gives them as values of a type; otherwise as <see cref="QueryAsync(string, CancellationToken)"/>.</summary>
    /// <typeparam name="T">A record or class: columns are parameters of its constructor, or properties, by name (also without regard to case and
    /// underscores). A tuple: the columns in order. For one column its value. The mapping is compiled once for each query; 42703 or 42804 say where
    /// columns and members do not fit. A NULL for a member that cannot be null raises 22004.</typeparam>
    public async IAsyncEnumerable<T> QueryAsync<T>(string sql, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var change in new QueryRows(this, _program).ReadAsync<T>(sql, allowsUpdates: false, cancellation).ConfigureAwait(false))
            yield return change.Value;
    }

    /// <summary>Runs a query and gives the changes of its result as values of a type.</summary>
    public IAsyncEnumerable<Change<T>> ChangesAsync<T>(string sql, CancellationToken cancellation = default) =>
        new QueryRows(this, _program).ReadAsync<T>(sql, allowsUpdates: true, cancellation);

    /// <summary>Writes rows into a table and waits until they are there: into any table that INSERT writes, exactly once, by a job of its own, which is
    /// gone afterwards; into a table with connector <c>push</c> as its writer does.</summary>
    /// <returns>The number of rows.</returns>
    /// <param name="table">Its name as in SQL.</param>
    /// <param name="rows">The rows, of a type as for <see cref="OpenWriterAsync"/>; columns without a member are NULL.</param>
    /// <param name="cancellation">Ends the writing. As after any failure, a part of the rows may be in the table.</param>
    /// <exception cref="ObjectDisposedException">The engine was disposed before all rows were there.</exception>
    public Task<long> InsertAsync<T>(string table, IAsyncEnumerable<T> rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return _program.InsertAsync(table, rows, cancellation);
    }

    /// <summary>The same for rows that are there.</summary>
    public Task<long> InsertAsync<T>(string table, IEnumerable<T> rows, CancellationToken cancellation = default) =>
        _program.InsertAsync(table, rows.ToAsyncEnumerable(), cancellation);

    /// <summary>Opens a table with <c>'connector' = 'push'</c> for writing while queries read it.</summary>
    public Task<PushWriter<T>> OpenWriterAsync<T>(string table, CancellationToken cancellation = default) => _program.OpenWriterAsync<T>(table, cancellation);

    /// <summary>Starts the job of an INSERT or a statement set and gives it, whatever <c>table.dml-sync</c> says.</summary>
    /// <param name="sql">One statement.</param>
    /// <param name="restoreFrom">A savepoint, a checkpoint, or a directory with checkpoints to go on from; null to start afresh.</param>
    /// <param name="cancellation">Ends waiting for the start.</param>
    public Task<Job> StartAsync(string sql, string? restoreFrom = null, CancellationToken cancellation = default) =>
        _program.StartAsync(sql, restoreFrom, cancellation);

    /// <summary>Registers a scalar function for statements planned from now on, in all sessions: <c>RegisterFunction("twice", (long x) => 2 * x)</c>.
    /// Functions of one name differ in their parameters. A job that uses it can go on after a restart only where it is registered again.</summary>
    /// <param name="name">Letters, digits and underscores, without regard to case; not the name of a built-in function.</param>
    /// <param name="function">Up to six parameters and a result of types that have a SQL type: <c>bool</c>, <c>sbyte</c>, <c>short</c>, <c>int</c>,
    /// <c>long</c>, <c>float</c>, <c>double</c>, <c>decimal</c>, <c>string</c>, <c>byte[]</c>, <c>DateOnly</c>, <c>TimeOnly</c>, <c>DateTime</c>,
    /// <c>DateTimeOffset</c>, <c>TimeSpan</c>, arrays and dictionaries of them. Where a parameter cannot be null, NULL gives NULL without a call.
    /// Called on worker threads, several at once: it must not block and keeps nothing that is not thread-safe.</param>
    /// <param name="options">Determinism, failures, type of the result.</param>
    /// <exception cref="SqlException">42602, 42723 or 42804: name or types do not fit.</exception>
    public void RegisterFunction(string name, Delegate function, FunctionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        EnsureOpen();
        _root.Functions.Add(new UserScalarOverload(UserFunctionCatalog.NameOf(name), function, options ?? new FunctionOptions()));
    }

    /// <summary>Registers an aggregate function, as <see cref="RegisterFunction"/> does a scalar one.</summary>
    public void RegisterAggregate<TInput, TState, TResult>(string name, UserAggregate<TInput, TState, TResult> aggregate, FunctionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        EnsureOpen();
        _root.Functions.Add(new UserAggregateFunction<TInput, TState, TResult>(UserFunctionCatalog.NameOf(name), aggregate, options ?? new FunctionOptions()));
    }

    /// <summary>Registers a table function, for <c>FROM t, LATERAL TABLE(f(t.a))</c>: <c>RegisterTableFunction("words", (string text) => text.Split(' '))</c>.
    /// Up to four parameters; the result is an <see cref="IEnumerable{T}"/>, which is enumerated as there is room. A record or class gives a column for
    /// each member, a tuple <c>f0</c>, <c>f1</c>, ..., a single value one column. Otherwise as <see cref="RegisterFunction"/>; under
    /// <see cref="FunctionFailure.Null"/> an exception ends the rows of the call.</summary>
    public void RegisterTableFunction(string name, Delegate function, FunctionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        EnsureOpen();
        _root.Functions.Add(new UserTableFunction(UserFunctionCatalog.NameOf(name), function, options ?? new FunctionOptions()));
    }

    /// <summary>How the jobs are doing; queries do not count. Cheap, and meant to be asked often.</summary>
    public EngineHealth CheckHealth() => EngineHealth.Of(Jobs.All);

    /// <summary>A new session with an empty catalog.</summary>
    public Session OpenSession()
    {
        EnsureOpen();
        return new(this);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        return new ValueTask(_disposal.Value);
    }

    async Task CloseAsync()
    {
        // A statement that is being executed may wait for its job, and the other way round.
        var statements = _program.CloseAsync();
        await Jobs.CloseAsync().ConfigureAwait(false);
        await statements.ConfigureAwait(false);
        Metrics.Dispose();
        _root.Dispose();
        if (_ownsDirectory)
            Remove(DataDirectory);
        _ownLease?.Dispose();
    }

    // What cannot be removed is left to the system, as all temporary files are.
    static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    void EnsureOpen() => ObjectDisposedException.ThrowIf(_isDisposed, this);
}
