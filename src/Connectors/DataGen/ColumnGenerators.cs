using System.Globalization;
using SqlStream.Connectors.Formats;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.DataGen;

/// <summary>Chooses the generator of a column by its type and its options.</summary>
static class ColumnGenerators
{
    const int ElementsDefault = 3;
    const int CountMax = 3;

    // Ten thousand years.
    const long MonthsMax = 120_000;
    const long MillisMax = 315_569_520_000_000;

    static readonly TimeSpan _pastMax = TimeSpan.FromDays(36_500);

    /// <summary>The generator of a column, and how many rows it has; null where it never ends.</summary>
    public static (ColumnGenerator Generator, long? Rows) Create(ConnectorTable table, int column, long seed)
    {
        var field = table.Schema[column];
        if (!TextType.Supports(field.Type))
            throw ConnectorErrors.TypeNotSupported(table.Name, field, "connector 'datagen'");
        return Create(new FieldOptions(table.Options, field), RandomBits.Of((ulong)seed, column));
    }

    static (ColumnGenerator Generator, long? Rows) Create(FieldOptions options, ulong seed)
    {
        var nulls = options.NullThreshold();
        return options.Options.Choice(options.Key("kind"), "random", "random", "sequence") == "sequence"
            ? Sequence(options, nulls)
            : (Random(options, seed, nulls), null);
    }

    static ColumnGenerator Random(FieldOptions options, ulong seed, ulong nulls)
    {
        var type = TextType.Of(options.Field.Type);
        switch (type.Kind)
        {
            case TextKind.TinyInt:
                return Integers<sbyte>(options, seed, nulls, sbyte.MinValue, sbyte.MaxValue);
            case TextKind.SmallInt:
                return Integers<short>(options, seed, nulls, short.MinValue, short.MaxValue);
            case TextKind.Int:
                return Integers<int>(options, seed, nulls, int.MinValue, int.MaxValue);
            case TextKind.BigInt:
                return Integers<long>(options, seed, nulls, long.MinValue, long.MaxValue);
            case TextKind.Float or TextKind.Double:
                return Floating(options, type.Kind, seed, nulls);
            case TextKind.CompactDecimal or TextKind.WideDecimal:
                return Decimals(options, type, seed, nulls);
            case TextKind.Boolean:
                options.Allow("kind", "null-rate");
                return new RandomBooleanGenerator(seed, nulls);
            case TextKind.Characters or TextKind.Binary:
                options.Allow("kind", "null-rate", "length", "var-len");
                return new RandomBytesGenerator(seed, nulls, Length(options),
                    options.Options.Boolean(options.Key("var-len"), false), type.Kind == TextKind.Characters);
            case TextKind.IntervalMonths:
                return Integers<int>(options, seed, nulls, int.MinValue, int.MaxValue, 0, MonthsMax);
            case TextKind.IntervalMillis:
                return Durations(options, seed, nulls);
            case TextKind.Array or TextKind.Map or TextKind.Row:
                return Nested(options, seed, nulls);
            default:
                return Times(options, type, seed, nulls);
        }
    }

    static ColumnGenerator Nested(FieldOptions options, ulong seed, ulong nulls)
    {
        switch (options.Field.Type)
        {
            case RowType row:
                options.AllowParts(["kind", "null-rate"], [.. row.Fields.Select(field => field.Name)]);
                return new RowGenerator(seed, nulls, [.. row.Fields.Select((field, i) => Part(options, field.Name, field.Type, seed, i))]);
            case CollectionType { Kind: SqlTypeKind.Array } array:
                options.AllowParts(["kind", "null-rate", "length"], ["element"]);
                return new ListGenerator(seed, nulls, Elements(options), Part(options, "element", array.Element, seed, 0));
            case CollectionType multiset:
                options.AllowParts(["kind", "null-rate", "length"], ["element"]);
                return new MapGenerator(seed, nulls, Elements(options), Part(options, "element", multiset.Element, seed, 0),
                    new RandomIntegerGenerator<int>(RandomBits.Of(seed, 1), 0, 1, CountMax));
            default:
                var map = (MapType)options.Field.Type;
                options.AllowParts(["kind", "null-rate", "length"], ["key", "value"]);
                return new MapGenerator(
                    seed, nulls, Elements(options), Part(options, "key", map.Key, seed, 0), Part(options, "value", map.Value, seed, 1));
        }
    }

    static ColumnGenerator Part(FieldOptions options, string name, SqlType type, ulong seed, int ordinal)
    {
        var part = new FieldOptions(options.Options, new Field($"{options.Field.Name}.{name}", type));
        if (options.Options.Find(part.Key("kind")) is { Value: "sequence" } kind)
            throw ConnectorErrors.OptionNotSupported(kind, "Within ARRAY, MAP and ROW values are random.");
        return Create(part, RandomBits.Of(seed, ordinal)).Generator;
    }

    static int Elements(FieldOptions options) => (int)options.Options.Integer(options.Key("length"), ElementsDefault, 0, 10_000);

    static RandomIntegerGenerator<long> Durations(FieldOptions options, ulong seed, ulong nulls)
    {
        options.Allow("kind", "null-rate", "min", "max");
        var from = options.Options.Integer(options.Key("min"), 0, -MillisMax, MillisMax);
        var to = options.Options.Integer(options.Key("max"), MillisMax, -MillisMax, MillisMax);
        options.EnsureOrdered(from <= to, "min", "max");
        return new RandomIntegerGenerator<long>(seed, nulls, from * 1000, to * 1000);
    }

    static RandomIntegerGenerator<T> Integers<T>(FieldOptions options, ulong seed, ulong nulls, long min, long max)
        where T : unmanaged, System.Numerics.IBinaryInteger<T> =>
        Integers<T>(options, seed, nulls, min, max, min, max);

    static RandomIntegerGenerator<T> Integers<T>(
        FieldOptions options, ulong seed, ulong nulls, long min, long max, long minDefault, long maxDefault)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        options.Allow("kind", "null-rate", "min", "max");
        var from = options.Options.Integer(options.Key("min"), minDefault, min, max);
        var to = options.Options.Integer(options.Key("max"), maxDefault, min, max);
        options.EnsureOrdered(from <= to, "min", "max");
        return new RandomIntegerGenerator<T>(seed, nulls, from, to);
    }

    static ColumnGenerator Floating(FieldOptions options, TextKind kind, ulong seed, ulong nulls)
    {
        options.Allow("kind", "null-rate", "min", "max");
        var from = options.Number("min", 0);
        var to = options.Number("max", kind == TextKind.Float ? float.MaxValue : double.MaxValue);
        options.EnsureOrdered(from <= to, "min", "max");
        return kind == TextKind.Float
            ? new RandomFloatingGenerator<float>(seed, nulls, from, to)
            : new RandomFloatingGenerator<double>(seed, nulls, from, to);
    }

    static ColumnGenerator Decimals(FieldOptions options, in TextType type, ulong seed, ulong nulls)
    {
        options.Allow("kind", "null-rate", "min", "max");
        var max = Int128.One;
        for (var i = 0; i < type.Precision; i++)
            max *= 10;
        max--;
        var from = options.Decimal("min", type, 0);
        var to = options.Decimal("max", type, max);
        options.EnsureOrdered(from <= to, "min", "max");
        return type.Kind == TextKind.CompactDecimal
            ? new RandomIntegerGenerator<long>(seed, nulls, (long)from, (long)to)
            : new RandomWideGenerator(seed, nulls, from, to);
    }

    static TimeGenerator Times(FieldOptions options, in TextType type, ulong seed, ulong nulls)
    {
        var kind = type.Kind;
        if (kind is TextKind.Date or TextKind.Time)
            options.Allow("kind", "null-rate");
        else
            options.Allow("kind", "null-rate", "max-past");
        var past = options.Options.Duration(options.Key("max-past"), TimeSpan.Zero);
        if (past > _pastMax)
            throw ConnectErrors.InvalidOptionValue(options.Options.Find(options.Key("max-past"))!, "at most 36500 d");
        var unit = kind switch
        {
            TextKind.Date => TimeUnit.Days,
            TextKind.Time => TimeUnit.MillisOfDay,
            _ when type.IsNanos => TimeUnit.Nanos,
            _ => TimeUnit.Micros,
        };
        return new TimeGenerator(seed, nulls, unit, past.Ticks / TimeSpan.TicksPerMicrosecond);
    }

    static (ColumnGenerator Generator, long? Rows) Sequence(FieldOptions options, ulong nulls)
    {
        options.Allow("kind", "null-rate", "start", "end");
        var type = TextType.Of(options.Field.Type);
        var (min, max) = Bounds(type, options);
        options.Options.RequiredText(options.Key("start"));
        options.Options.RequiredText(options.Key("end"));
        var start = options.Options.Integer(options.Key("start"), 0, min, max);
        var end = options.Options.Integer(options.Key("end"), 0, min, max);
        options.EnsureOrdered(start <= end && (ulong)end - (ulong)start < long.MaxValue, "start", "end");
        return (Sequence(type, start, nulls), end - start + 1);
    }

    static ColumnGenerator Sequence(in TextType type, long start, ulong nulls) => type.Kind switch
    {
        TextKind.TinyInt => new SequenceGenerator<sbyte>(nulls, start, 1),
        TextKind.SmallInt => new SequenceGenerator<short>(nulls, start, 1),
        TextKind.Int => new SequenceGenerator<int>(nulls, start, 1),
        TextKind.BigInt => new SequenceGenerator<long>(nulls, start, 1),
        TextKind.Float => new SequenceGenerator<float>(nulls, start, 1),
        TextKind.Double => new SequenceGenerator<double>(nulls, start, 1),
        TextKind.CompactDecimal => new SequenceGenerator<long>(nulls, start, Power(type.Scale)),
        TextKind.WideDecimal => new SequenceGenerator<Int128>(nulls, start, Power(type.Scale)),
        TextKind.Characters => new TextSequenceGenerator(nulls, start),
        _ => throw new EngineBugException($"text kind {type.Kind} has no sequence"),
    };

    static (long Min, long Max) Bounds(in TextType type, FieldOptions options)
    {
        switch (type.Kind)
        {
            case TextKind.TinyInt:
                return (sbyte.MinValue, sbyte.MaxValue);
            case TextKind.SmallInt:
                return (short.MinValue, short.MaxValue);
            case TextKind.Int:
                return (int.MinValue, int.MaxValue);
            case TextKind.CompactDecimal or TextKind.WideDecimal when type.Scale <= 18:
                var limit = Power(Math.Min(18, type.Precision - type.Scale)) - 1;
                return (-limit, limit);
            case TextKind.BigInt or TextKind.Float or TextKind.Double or TextKind.Characters:
                return (long.MinValue, long.MaxValue);
            default:
                throw ConnectorErrors.OptionNotSupported(options.Options.Find(options.Key("kind"))!,
                    $"Type {type.Type.Name} has no sequence; use 'random'.");
        }
    }

    static int Length(FieldOptions options) => (int)options.Options.Integer(
        options.Key("length"), Math.Min(100, options.Field.Type is StringType type ? type.Length : 100), 1, 1 << 20);

    static long Power(int exponent)
    {
        var power = 1L;
        for (var i = 0; i < exponent; i++)
            power *= 10;
        return power;
    }

    /// <summary>The options <c>fields.name.*</c> of one column.</summary>
    readonly record struct FieldOptions(TableOptions Options, Field Field)
    {
        public string Key(string name) => $"fields.{Field.Name}.{name}";

        /// <summary>22023 for an option that says nothing to this type and kind.</summary>
        public void Allow(params ReadOnlySpan<string> names)
        {
            foreach (var option in Options.Options)
            {
                var prefix = $"fields.{Field.Name}.";
                if (option.Key.StartsWith(prefix, StringComparison.Ordinal)
                    && !names.Contains(option.Key[prefix.Length..]))
                    throw ConnectorErrors.OptionDoesNotApply(option, Field);
            }
        }

        /// <summary>As <see cref="Allow"/>; options of the parts are theirs to allow.</summary>
        public void AllowParts(ReadOnlySpan<string> names, IReadOnlyList<string> parts)
        {
            var prefix = $"fields.{Field.Name}.";
            foreach (var option in Options.Options)
            {
                if (!option.Key.StartsWith(prefix, StringComparison.Ordinal))
                    continue;
                var rest = option.Key[prefix.Length..];
                if (!names.Contains(rest) && !parts.Any(part => rest.StartsWith(part + ".", StringComparison.Ordinal)))
                    throw ConnectorErrors.OptionDoesNotApply(option, Field);
            }
        }

        public void EnsureOrdered(bool ordered, string low, string high)
        {
            if (!ordered)
                throw ConnectErrors.InvalidOptionValue(
                    Options.Find(Key(low)) ?? Options.Find(Key(high))!, $"at most '{Key(high)}'");
        }

        public double Number(string name, double fallback)
        {
            if (Options.Find(Key(name)) is not { } option)
                return fallback;
            return double.TryParse(option.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && double.IsFinite(value)
                ? value
                : throw ConnectErrors.InvalidOptionValue(option, "a number");
        }

        public Int128 Decimal(string name, in TextType type, Int128 fallback)
        {
            if (Options.Find(Key(name)) is not { } option)
                return fallback;
            return DecimalText.Parse(System.Text.Encoding.UTF8.GetBytes(option.Value), type.Precision, type.Scale,
                out var value) == NumberResult.Ok
                ? value
                : throw ConnectErrors.InvalidOptionValue(option, $"a number of type {type.Type.Name}");
        }

        public ulong NullThreshold()
        {
            var rate = Number("null-rate", 0);
            if (rate is < 0 or > 1)
                throw ConnectErrors.InvalidOptionValue(Options.Find(Key("null-rate"))!, "a number from 0 to 1");
            if (rate > 0 && !Field.Type.IsNullable)
                throw ConnectErrors.InvalidOptionValue(Options.Find(Key("null-rate"))!, "0 for a NOT NULL column");
            return rate >= 1 ? ulong.MaxValue : (ulong)(rate * ulong.MaxValue);
        }
    }
}
