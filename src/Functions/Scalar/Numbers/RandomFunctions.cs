using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Numbers;

/// <summary>The generator of java.util.Random, which RAND and RAND_INTEGER with a seed use in Flink: the linear congruence of Knuth (The
/// Art of Computer Programming 2, 3.2.1) over 48 bits. Thread-safe.</summary>
sealed class JavaRandom(long seed)
{
    const long Multiplier = 0x5DEECE66DL;
    const long Mask = (1L << 48) - 1;

    readonly Lock _lock = new();
    long _state = (seed ^ Multiplier) & Mask;

    /// <summary>A number from 0 inclusive to 1 exclusive.</summary>
    public double NextDouble()
    {
        lock (_lock)
            return (((long)Next(26) << 27) + Next(27)) * (1.0 / (1L << 53));
    }

    /// <summary>An integer from 0 inclusive to the bound exclusive, which is positive.</summary>
    public int NextInt(int bound)
    {
        lock (_lock)
        {
            var bits = Next(31);
            if ((bound & (bound - 1)) == 0)
                return (int)((bound * (long)bits) >> 31);
            // Numbers of the last, incomplete run of the bound are drawn again, so that all are equally likely.
            int value;
            while (bits - (value = bits % bound) + (long)(bound - 1) > int.MaxValue)
                bits = Next(31);
            return value;
        }
    }

    int Next(int bits)
    {
        _state = ((_state * Multiplier) + 0xBL) & Mask;
        return (int)(_state >> (48 - bits));
    }
}

/// <summary>RAND() and RAND(seed): a DOUBLE from 0 inclusive to 1 exclusive, another one in each row. Calls with the same seed give the same
/// numbers, those of Java.</summary>
sealed class RandomFunction : ScalarFunction
{
    public override string Name => "RAND";

    public override string Signature => "RAND([seed]) -> DOUBLE";

    public override bool IsDeterministic => false;

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length == 0)
            return new ScalarCall([], SqlType.Double.WithNullability(false), static (context, _) => Run(context, null));
        if (arguments.Length != 1 || Parameters.Match(Parameter.Int, arguments[0].Type) is not { } seedType)
            return null;
        var seed = RandomSeed.Of(arguments[0], Name);
        return new ScalarCall([seedType], SqlType.Double.WithNullability(false), (context, _) => Run(context, seed));
    }

    static Column Run(EvaluationContext context, JavaRandom? seeded)
    {
        var buffer = Lanes.Rent<double>(context.Pool, context.Rows, out var results);
        if (seeded is not null)
        {
            foreach (ref var result in results)
                result = seeded.NextDouble();
        }
        else
        {
            lock (context.Session.Random)
            {
                foreach (ref var result in results)
                    result = context.Session.Random.NextDouble();
            }
        }
        return new FixedColumn<double>(SqlType.Double.WithNullability(false), context.Rows, buffer, null, context.Pool);
    }
}

/// <summary>RAND_INTEGER(bound) and RAND_INTEGER(seed, bound): an INT from 0 inclusive to the bound exclusive, another one in each
/// row.</summary>
sealed class RandomIntegerFunction : ScalarFunction
{
    public override string Name => "RAND_INTEGER";

    public override string Signature => "RAND_INTEGER([seed, ] bound) -> INT";

    public override bool IsDeterministic => false;

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length is not (1 or 2))
            return null;
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
        {
            if (Parameters.Match(Parameter.Int, arguments[i].Type) is not { } match)
                return null;
            types[i] = match;
        }
        var seed = arguments.Length == 2 ? RandomSeed.Of(arguments[0], Name) : null;
        var type = SqlType.Int.WithNullability(arguments[^1].Type.IsNullable);
        return new ScalarCall(types, type, (context, columns) => Run(context, columns[^1], type, seed));
    }

    static Column Run(EvaluationContext context, Column bounds, SqlType type, JavaRandom? seeded)
    {
        if (bounds.IsConstant && bounds.IsNull(0))
            return Lanes.Null(context, type);
        var validity = Lanes.Validity(context, [bounds]);
        var buffer = Lanes.Rent<int>(context.Pool, context.Rows, out var results);
        var reader = new FixedReader<int>(bounds);
        for (var row = 0; row < results.Length; row++)
        {
            results[row] = 0;
            if ((validity is not null && !Bitmap.Get(Lanes.Words(validity, context.Rows), row)) || !context.IsActive(row))
                continue;
            var bound = reader[row];
            if (bound <= 0)
            {
                Lanes.Return(context.Pool, buffer, validity);
                throw FunctionErrors.BoundNotPositive(bound);
            }
            results[row] = seeded is not null ? seeded.NextInt(bound) : Next(context, bound);
        }
        return new FixedColumn<int>(type, context.Rows, buffer, validity, context.Pool);
    }

    static int Next(EvaluationContext context, int bound)
    {
        lock (context.Session.Random)
            return context.Session.Random.Next(bound);
    }
}

/// <summary>UUID(): a random identifier (RFC 4122, version 4), another one in each row.</summary>
sealed class UuidFunction : ScalarFunction
{
    public override string Name => "UUID";

    public override string Signature => "UUID() -> STRING";

    public override bool IsDeterministic => false;

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments) =>
        arguments.Length == 0 ? new ScalarCall([], SqlType.String.WithNullability(false), Run) : null;

    static Column Run(EvaluationContext context, ReadOnlySpan<Column> arguments)
    {
        using var builder = new BytesColumnBuilder(SqlType.String.WithNullability(false), context.Pool);
        Span<byte> bytes = stackalloc byte[16];
        for (var row = 0; row < context.Rows; row++)
        {
            lock (context.Session.Random)
                context.Session.Random.NextBytes(bytes);
            bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
            bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
            new Guid(bytes, bigEndian: true).TryFormat(builder.Reserve(36), out var written);
            builder.Commit(written);
        }
        return builder.Build();
    }
}

/// <summary>Seeds are constants.</summary>
static class RandomSeed
{
    public static JavaRandom Of(ArgumentInfo argument, string function) => argument is { IsConstant: true, Value: { } value }
        ? new JavaRandom(Convert.ToInt64(value, CultureInfo.InvariantCulture))
        : throw FunctionErrors.ArgumentNotConstant(argument.Span, "seed", function);
}
