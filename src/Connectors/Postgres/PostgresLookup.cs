using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>Finds the rows of keys: all keys of a call go to the server in one query, and all rows come back in one value.</summary>
/// <remarks>One connection a subtask, kept between calls. What fails for a while is tried again, as often as the table says.</remarks>
sealed class PostgresLookup : ILookup
{
    static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    readonly LookupContext _context;
    readonly ConnectorTable _table;
    readonly PostgresOptions _options;
    readonly CopyValue[] _values;
    readonly BatchBuilder _builder;
    readonly Lock _lock = new();
    readonly CancellationTokenSource _cancellation = new();
    PostgresSession? _session;
    string? _query;
    object?[] _keys = [];
    int _tries;
    ITimer? _timer;
    byte[]? _answer;
    Exception? _failure;
    bool _hasAnswer;
    bool _running;
    bool _disposed;

    public PostgresLookup(LookupContext context, ConnectorTable table, PostgresOptions options)
    {
        (_context, _table, _options) = (context, table, options);
        var types = context.ReadColumns.Select(column => table.Schema[column].Type).ToList();
        _values = [.. types.Select(CopyValue.Create)];
        _builder = new BatchBuilder(types, context.Pool);
    }

    public void Start(Batch keys)
    {
        _keys = [.. _context.KeyColumns.Select((column, i) => LookupKeys.Parameter(keys[i], _table.Schema[column].Type))];
        keys.Release();
        _tries = 0;
        Run();
    }

    public LookupAnswer? TryTake()
    {
        byte[]? answer;
        lock (_lock)
        {
            if (_failure is not null)
                throw _failure;
            if (!_hasAnswer)
                return null;
            _hasAnswer = false;
            answer = _answer;
        }
        return Decode(answer ?? []);
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
        byte[]? answer = null;
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
        lock (_lock)
        {
            _running = false;
            if (!_disposed && !isAgain)
                (_answer, _failure, _hasAnswer) = (answer, failure, failure is null);
        }
        if (_disposed)
            Close();
        else if (isAgain)
            _timer = _context.Clock.CreateTimer(_ => Run(), null, _pause * (1 << Math.Min(_tries, 6)), Timeout.InfiniteTimeSpan);
        else
            _context.Wake();
    }

    void Close()
    {
        lock (_lock)
        {
            _session?.Dispose();
            _session = null;
        }
        _builder.Dispose();
    }

    byte[]? Query(CancellationToken cancellation)
    {
        if (_session is null)
        {
            _session = PostgresSession.Open(_options.Address, $"looking up in table \"{_options.Table}\"", cancellation);
            _query ??= MakeQuery(_session, cancellation);
        }
        var found = _session.Query(_query!, row => row.IsDBNull(0) ? null : row.GetFieldValue<byte[]>(0), cancellation, _keys);
        return found[0];
    }

    // For each key its number and the rows that have it, in the form that the server sends records in, all in one value.
    string MakeQuery(PostgresSession session, CancellationToken cancellation)
    {
        var found = PostgresTable.Find(session, _options.Table, cancellation) ?? throw PostgresErrors.TableMissing(_options.Table, _options.Address, mayCreate: false);
        var names = string.Join(", ", _context.KeyColumns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"k{i}")));
        var arrays = string.Join(", ", _context.KeyColumns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1}")));
        var conditions = string.Join(" AND ", _context.KeyColumns.Select((column, i) =>
        {
            var there = found.RequiredColumn(_table.Schema[column].Name);
            SourceColumns.Expression(found, _table, column, "t");
            return string.Create(CultureInfo.InvariantCulture, $"t.{PostgresName.Quote(there.Name)} = k.k{i}{LookupKeys.Cast(there, _table.Schema[column].Type)}");
        }));
        var columns = string.Concat(_context.ReadColumns.Select(column => ", " + SourceColumns.Expression(found, _table, column, "t")));
        var pushed = _context.Predicate is not null && PushedCondition.Sql(_context.Predicate, found, _table, "t") is { } condition ? $" AND {condition}" : "";
        return $"""
            SELECT string_agg(record_send(r), '') FROM (SELECT (k.n - 1)::int4{columns} FROM unnest({arrays}) WITH ORDINALITY AS k({names}, n)
            JOIN {found.Name.Sql} AS t ON {conditions}{pushed}) AS r
            """;
    }

    LookupAnswer Decode(ReadOnlySpan<byte> source)
    {
        var keys = new List<int>();
        while (!source.IsEmpty)
        {
            // The number of fields, and before each its type.
            source = source[(sizeof(int) + sizeof(int) + CopyField.LengthBytes)..];
            keys.Add(BinaryPrimitives.ReadInt32BigEndian(source));
            source = source[sizeof(int)..];
            for (var i = 0; i < _values.Length; i++)
            {
                source = source[sizeof(int)..];
                if (!_values[i].TryAppendField(ref source, _builder[i]))
                    throw PostgresErrors.ValueMisfit(_table, _context.ReadColumns[i]);
            }
            _builder.EndRow();
        }
        return new LookupAnswer(_builder.Build(), keys);
    }
}

/// <summary>Columns of keys as arrays that go with a query.</summary>
static partial class LookupKeys
{
    /// <summary>An array of all values of a column, none of which is NULL.</summary>
    public static NpgsqlParameter Parameter(Column column, SqlType type) => column switch
    {
        BoolColumn values => Array(NpgsqlDbType.Boolean, column.Length, row => values[row]),
        FixedColumn<sbyte> values => Array(NpgsqlDbType.Smallint, column.Length, row => (short)values[row]),
        FixedColumn<short> values => Array(NpgsqlDbType.Smallint, column.Length, row => values[row]),
        FixedColumn<long> values when type.Kind == SqlTypeKind.BigInt => Array(NpgsqlDbType.Bigint, column.Length, row => values[row]),
        FixedColumn<int> values when type.Kind == SqlTypeKind.Int => Array(NpgsqlDbType.Integer, column.Length, row => values[row]),
        FixedColumn<float> values => Array(NpgsqlDbType.Real, column.Length, row => values[row]),
        FixedColumn<double> values => Array(NpgsqlDbType.Double, column.Length, row => values[row]),
        BytesColumn values when type.IsBinary => Array(NpgsqlDbType.Bytea, column.Length, row => values[row].ToArray()),
        BytesColumn values => Array(NpgsqlDbType.Text, column.Length, row => Encoding.UTF8.GetString(values[row])),
        // Numbers and times go as texts.
        _ => Array(NpgsqlDbType.Text, column.Length, row => LookupText.Of(column, row, type)),
    };

    /// <summary>What the elements of such an array are cast to, so that they are compared with the column by its index; never to a length or a precision, which
    /// would make other keys of them.</summary>
    public static string Cast(PostgresColumn there, SqlType type)
    {
        if (type.IsInteger && there.Oid is PostgresTypes.Int2 or PostgresTypes.Int4 or PostgresTypes.Int8)
            return "";
        if (there.Oid is PostgresTypes.Text or PostgresTypes.Varchar or PostgresTypes.Name)
            return type.IsCharacter ? "" : "::text";
        return there.Oid == PostgresTypes.BlankPadded ? "::bpchar" : "::" + Modifier().Replace(there.TypeText, "");
    }

    [GeneratedRegex("\\([0-9, ]+\\)")]
    private static partial Regex Modifier();

    static NpgsqlParameter Array<T>(NpgsqlDbType type, int count, Func<int, T> value)
    {
        var values = new T[count];
        for (var i = 0; i < count; i++)
            values[i] = value(i);
        return new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values };
    }
}
