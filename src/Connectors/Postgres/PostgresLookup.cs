using System.Buffers.Binary;
using System.Data;
using Npgsql;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Postgres;

/// <summary>Finds the rows of keys: all keys of a call go to the server in one query, and all rows come back in one value.</summary>
/// <remarks>One connection a subtask, kept between calls. What fails for a while is tried again, as often as the table says.</remarks>
sealed class PostgresLookup : ILookup
{
    const int BufferBytes = 64 << 10;

    static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    readonly LookupContext _context;
    readonly ConnectorTable _table;
    readonly PostgresOptions _options;
    readonly CopyValue[] _values;
    readonly BatchBuilder _builder;
    readonly Lock _lock = new();
    readonly CancellationTokenSource _cancellation = new();
    readonly KeyArray[] _keys;
    readonly object?[] _parameters;
    readonly List<int> _keyNumbers = [];
    PostgresSession? _session;
    string? _query;
    int _tries;
    ITimer? _timer;
    CopyBlock? _answer;
    Exception? _failure;
    bool _running;
    bool _disposed;

    public PostgresLookup(LookupContext context, ConnectorTable table, PostgresOptions options)
    {
        (_context, _table, _options) = (context, table, options);
        var types = context.ReadColumns.Select(column => table.Schema[column].Type).ToList();
        _values = [.. types.Select(CopyValue.Create)];
        _builder = new BatchBuilder(types, context.Pool);
        _keys = [.. context.KeyColumns.Select(column => new KeyArray(table, column, context.Pool))];
        _parameters = [.. _keys.Select(key => key.Parameter)];
    }

    public void Start(Batch keys)
    {
        for (var i = 0; i < _keys.Length; i++)
            _keys[i].Fill(keys[i]);
        keys.Release();
        _tries = 0;
        Run();
    }

    public LookupAnswer? TryTake()
    {
        CopyBlock answer;
        lock (_lock)
        {
            if (_failure is not null)
                throw _failure;
            if (_answer is not { } come)
                return null;
            _answer = null;
            answer = come;
        }
        try
        {
            return Decode(answer.Buffer.AsSpan(0, answer.Length));
        }
        finally
        {
            _context.Pool.Return(answer.Buffer);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer?.Dispose();
            _cancellation.Cancel();
            if (_running)
                return;
        }
        Close();
    }

    void Run()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _running = true;
        }
        _context.Edge.Run($"look up in {_options.Table}", _ => Ask());
    }

    void Ask()
    {
        CopyBlock? answer = null;
        Exception? failure = null;
        try
        {
            answer = Query(_cancellation.Token);
        }
        catch (Exception e) when (e is SqlException or ExternalException or OperationCanceledException)
        {
            failure = e;
            _session?.Dispose();
            _session = null;
        }
        var isAgain = failure is ExternalException { Retry: not Retry.Never } && _tries++ < _options.LookupRetries;
        _context.TellTrouble(isAgain ? failure!.Message : null);
        bool disposed;
        lock (_lock)
        {
            // Whoever comes second closes: this, or Dispose.
            (_running, disposed) = (false, _disposed);
            _answer = answer;
            if (!isAgain)
                _failure = failure;
        }
        if (disposed)
            Close();
        else if (isAgain)
            _timer = _context.Clock.CreateTimer(_ => Run(), null, _pause * (1 << Math.Min(_tries, 6)), Timeout.InfiniteTimeSpan);
        else
            _context.Wake();
    }

    // Nothing runs any more.
    void Close()
    {
        _session?.Dispose();
        _session = null;
        if (_answer is { } unwanted)
            _context.Pool.Return(unwanted.Buffer);
        _answer = null;
        foreach (var key in _keys)
            key.Clear();
        _builder.Dispose();
    }

    CopyBlock Query(CancellationToken cancellation)
    {
        if (_session is null)
        {
            _session = PostgresSession.Open(_options.Address, $"looking up in table \"{_options.Table}\"", cancellation);
            _query ??= LookupQuery.Sql(
                _context, _table, PostgresTable.Find(_session, _options.Table, cancellation) ?? throw PostgresErrors.TableMissing(_options.Table, _options.Address, mayCreate: false));
        }
        return _session.Read(_query!, CommandBehavior.SequentialAccess, ReadAnswer, cancellation, _parameters);
    }

    // As the bytes come, into one buffer.
    CopyBlock ReadAnswer(NpgsqlDataReader row)
    {
        Check.That(row.Read());
        var buffer = _context.Pool.Rent(BufferBytes);
        try
        {
            var length = 0;
            if (row.IsDBNull(0))
                return new CopyBlock(buffer, length);
            using var stream = row.GetStream(0);
            while (stream.Read(buffer, length, buffer.Length - length) is > 0 and var read)
            {
                length += read;
                if (length < buffer.Length)
                    continue;
                var larger = _context.Pool.Rent(buffer.Length * 2);
                buffer.CopyTo(larger, 0);
                _context.Pool.Return(buffer);
                buffer = larger;
            }
            return new CopyBlock(buffer, length);
        }
        catch
        {
            _context.Pool.Return(buffer);
            throw;
        }
    }

    LookupAnswer Decode(ReadOnlySpan<byte> source)
    {
        _keyNumbers.Clear();
        while (!source.IsEmpty)
        {
            // The number of fields, and before each its type.
            source = source[(sizeof(int) + sizeof(int) + CopyField.LengthBytes)..];
            _keyNumbers.Add(BinaryPrimitives.ReadInt32BigEndian(source));
            source = source[sizeof(int)..];
            for (var i = 0; i < _values.Length; i++)
            {
                source = source[sizeof(int)..];
                if (!_values[i].TryAppendField(ref source, _builder[i]))
                    throw PostgresErrors.ValueMisfit(_table, _context.ReadColumns[i]);
            }
            _builder.EndRow();
        }
        return new LookupAnswer(_builder.Build(), _keyNumbers);
    }
}
