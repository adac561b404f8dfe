using System.Diagnostics.CodeAnalysis;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Tests.Doubles;

/// <summary>A few functions with the simplest types and kernels: what planning needs, no more.</summary>
sealed class TestFunctions : IFunctionCatalog
{
    readonly Dictionary<string, ScalarFunction> _scalars = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, AggregateFunction> _aggregates = new(StringComparer.OrdinalIgnoreCase);

    TestFunctions()
    {
        foreach (var symbol in new[] { "=", "<>", "<", "<=", ">", ">=" })
            Add(new TestScalar(symbol, 2, Comparable, _ => SqlType.Boolean, args => Compare(symbol, args[0]!, args[1]!)));
        foreach (var symbol in new[] { "+", "-", "*", "/", "%" })
            Add(new TestScalar(symbol, 2, Arithmetic, types => types[0].IsTimestamp ? types[0] : types[0], args => Calculate(symbol, args[0]!, args[1]!)));
        Add(new TestScalar("MOD", 2, Arithmetic, types => types[0], args => Calculate("%", args[0]!, args[1]!)));
        Add(new TestScalar("NEGATE", 1, types => types[0].IsNumeric ? types : null, types => types[0], args => Calculate("-", Zero(args[0]!), args[0]!)));
        Add(new TestScalar("NOT", 1, types => types, _ => SqlType.Boolean, args => !(bool)args[0]!));
        Add(new TestScalar("IS NULL", 1, types => types, _ => SqlType.Boolean.WithNullability(false), args => args[0] is null, strict: false));
        Add(new TestScalar("IS NOT NULL", 1, types => types, _ => SqlType.Boolean.WithNullability(false), args => args[0] is not null, strict: false));
        Add(new TestScalar("IS TRUE", 1, types => types, _ => SqlType.Boolean.WithNullability(false), args => args[0] is true, strict: false));
        Add(new TestScalar("IS NOT TRUE", 1, types => types, _ => SqlType.Boolean.WithNullability(false), args => args[0] is not true, strict: false));
        Add(new TestScalar("IS FALSE", 1, types => types, _ => SqlType.Boolean.WithNullability(false), args => args[0] is false, strict: false));
        Add(new TestScalar("||", 2, Strings, _ => SqlType.String, args => (string)args[0]! + (string)args[1]!));
        Add(new TestScalar("LIKE", 2, Strings, _ => SqlType.Boolean, args => Equals(args[0], args[1])));
        Add(new TestScalar("UPPER", 1, Strings, _ => SqlType.String, args => ((string)args[0]!).ToUpperInvariant()));
        Add(new TestScalar("RAND", 0, types => types, _ => SqlType.Double.WithNullability(false), _ => 0.5, deterministic: false));
        Add(new TestScalar("TO_TIMESTAMP_LTZ", 2, types => [SqlType.BigInt, SqlType.Int], _ => SqlType.TimestampLtz(3), args => (long)args[0]! * 1000));
        foreach (var name in new[] { "COUNT", "SUM", "MIN", "MAX", "AVG", "FIRST_VALUE" })
            _aggregates.Add(name, new TestAggregate(name));
    }

    public static TestFunctions Instance { get; } = new();

    public IEnumerable<string> Names => _scalars.Keys.Concat(_aggregates.Keys).Where(name => name.All(c => char.IsAsciiLetter(c) || c == '_'));

    public bool TryGetScalar(string name, [NotNullWhen(true)] out ScalarFunction? function) => _scalars.TryGetValue(name, out function);

    public bool TryGetAggregate(string name, [NotNullWhen(true)] out AggregateFunction? function) => _aggregates.TryGetValue(name, out function);

    public ScalarCall? PlanCast(ArgumentInfo from, SqlType to, bool isTry)
    {
        if (from.Type.IsBinary != to.IsBinary || (from.Type.IsTimestamp && to.IsNumeric))
            return null;
        var result = to.WithNullability(isTry || from.Type.IsNullable);
        return new ScalarCall([from.Type], result, TestScalar.Kernel(result, args => TestCasts.Cast(args[0]!, from.Type, to), strict: true));
    }

    void Add(TestScalar function) => _scalars.Add(function.Name, function);

    static SqlType[]? Comparable(SqlType[] types) =>
        TypeRules.CommonType(types) is { } common ? [common, common] : null;

    static SqlType[]? Arithmetic(SqlType[] types)
    {
        if (types[0].IsTimestamp && types[1].IsInterval)
            return types;
        return types.All(type => type.IsNumeric) && TypeRules.CommonType(types) is { } common ? [common, common] : null;
    }

    static SqlType[]? Strings(SqlType[] types) => types.All(type => type.IsCharacter) ? types : null;

    static bool Compare(string symbol, object left, object right)
    {
        var order = Comparer<object>.Default.Compare(left, right);
        return symbol switch { "=" => order == 0, "<>" => order != 0, "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
    }

    static object Zero(object value) => Convert.ChangeType(0, value.GetType());

    static object Calculate(string symbol, object left, object right)
    {
        if (symbol is "/" or "%" && Convert.ToDouble(right) == 0)
            throw new Core.Diagnostics.SqlException(Core.Diagnostics.SqlState.DivisionByZero, "division by zero");
        var (a, b) = (Convert.ToDecimal(left), Convert.ToDecimal(right));
        var result = symbol switch { "+" => a + b, "-" => a - b, "*" => a * b, "/" => decimal.Truncate(a / b), _ => a % b };
        return Convert.ChangeType(result, left.GetType());
    }
}

/// <summary>A function of plan values, row by row.</summary>
sealed class TestScalar(
    string name, int arity, Func<SqlType[], SqlType[]?> parameters, Func<SqlType[], SqlType> result, Func<object?[], object> compute,
    bool strict = true, bool deterministic = true) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => $"{name}({string.Join(", ", Enumerable.Repeat("value", arity))})";

    public override bool IsDeterministic => deterministic;

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        SqlType[] types = [.. arguments.ToArray().Select(argument => argument.Type)];
        if (types.Length != arity || parameters(types) is not { } wanted)
            return null;
        var type = result(wanted);
        if (strict && arity > 0)
            type = type.WithNullability(types.Any(argument => argument.IsNullable));
        return new ScalarCall(wanted, type, Kernel(type, compute, strict));
    }

    public static ScalarKernel Kernel(SqlType type, Func<object?[], object> compute, bool strict) => (context, columns) =>
    {
        using var builder = ColumnBuilder.Create(type, context.Pool);
        var inputs = columns.ToArray();
        for (var row = 0; row < context.Rows; row++)
        {
            var values = inputs.Select(column => PlanValue.Read(column, row)).ToArray();
            PlanValue.Append(builder, strict && values.Contains(null) ? null : compute(values));
        }
        return builder.Build();
    };
}

/// <summary>Casts between numbers and strings.</summary>
static class TestCasts
{
    public static object Cast(object value, SqlType from, SqlType to) => to.Kind switch
    {
        SqlTypeKind.Varchar or SqlTypeKind.Char => value is string text ? text : value.ToString()!,
        SqlTypeKind.Int => Convert.ToInt32(value),
        SqlTypeKind.BigInt => Convert.ToInt64(value),
        SqlTypeKind.Double => Convert.ToDouble(value),
        SqlTypeKind.Decimal => Scale(Convert.ToInt64(value), from is DecimalType source ? source.Scale : 0, ((DecimalType)to).Scale),
        _ => value,
    };

    static object Scale(long value, int from, int to)
    {
        for (; from < to; from++)
            value *= 10;
        return value;
    }
}

/// <summary>An aggregate that is planned and never run.</summary>
sealed class TestAggregate(string name) : AggregateFunction
{
    public override string Name => name;

    public override string Signature => $"{name}({(name == "COUNT" ? "* | value" : "value")})";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length > 1 || (arguments.Length == 0 && name != "COUNT") || (retracting && name == "FIRST_VALUE"))
            return null;
        if (name is "SUM" or "AVG" && !arguments[0].Type.IsNumeric)
            return null;
        var type = name == "COUNT" ? SqlType.BigInt.WithNullability(false) : arguments[0].Type.WithNullability(true);
        return new Planned
        {
            ParameterTypes = [.. arguments.ToArray().Select(argument => argument.Type)],
            ReturnType = type,
            StateLayout = $"{name.ToLowerInvariant()} {type.WithNullability(true)}" + (retracting && name is "MIN" or "MAX" ? " multiset" : ""),
        };
    }

    sealed class Planned : FixedAggregate
    {
        public override int StateBytes => 8;

        public override void Accumulate(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments)
        {
        }

        public override void Merge(Span<byte> target, ReadOnlySpan<byte> source)
        {
        }

        public override void Emit(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int stateOffset, ColumnBuilder result)
        {
        }
    }
}
