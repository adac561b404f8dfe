using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>The functions of one name that a program registered; they differ in the types of their parameters. Immutable.</summary>
sealed class UserScalarFunction(string name, ValueList<UserScalarOverload> overloads) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => string.Join('\n', overloads.Select(overload => overload.Signature));

    public override bool IsDeterministic => overloads.All(overload => overload.Options.IsDeterministic);

    public UserScalarFunction With(UserScalarOverload added) => overloads.Any(known => known.HasTypesOf(added))
        ? throw UserFunctionErrors.Exists(added.Signature)
        : new UserScalarFunction(name, [.. overloads, added]);

    // What takes the arguments as they are comes before what needs casts; of equals the one that was registered first.
    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        UserScalarOverload? best = null;
        var fewest = int.MaxValue;
        foreach (var overload in overloads)
        {
            if (overload.Casts(arguments) is { } casts && casts < fewest)
                (best, fewest) = (overload, casts);
        }
        return best?.Plan(arguments);
    }
}

/// <summary>One function of the program.</summary>
sealed class UserScalarOverload
{
    readonly Delegate _function;
    readonly UserParameter[] _parameters;
    readonly Type _resultType;
    readonly SqlType _returns;

    public UserScalarOverload(string name, Delegate function, FunctionOptions options)
    {
        Name = name;
        Options = options;
        var method = function.GetType().GetMethod(nameof(Action.Invoke))!;
        var declared = function.Method.GetParameters();
        var types = method.GetParameters();
        if (types.Length > ScalarKernels.ParametersMax)
            throw UserFunctionErrors.ManyParameters(name, ScalarKernels.ParametersMax);
        declared = UserParameter.Declared(declared, types);
        _parameters = [.. types.Select((type, i) => UserParameter.Of(name, declared[i].Name ?? $"{i + 1}", type.ParameterType, UserParameter.AllowsNull(type, declared[i])))];
        _resultType = method.ReturnType;
        if (!ClrTypes.TryGetSqlType(_resultType, out var natural))
            throw UserFunctionErrors.ResultType(name, _resultType);
        _returns = (options.ReturnType ?? natural).WithNullability(natural.IsNullable || options.OnFailure == FunctionFailure.Null);
        _ = ColumnWriters.Create(_returns.WithNullability(true), _resultType, new Mapping("result", "result"));
        var shape = System.Linq.Expressions.Expression.GetFuncType([.. types.Select(parameter => parameter.ParameterType), _resultType]);
        _function = function.GetType() == shape ? function : Delegate.CreateDelegate(shape, function, nameof(Action.Invoke));
    }

    public string Name { get; }

    public FunctionOptions Options { get; }

    public string Signature => $"{Name}({string.Join(", ", _parameters.Select(parameter => $"{parameter.Name} {parameter.Type.AllNullable}"))}) -> {_returns.AllNullable}";

    public bool HasTypesOf(UserScalarOverload other) =>
        _parameters.Select(parameter => parameter.Type.AllNullable).SequenceEqual(other._parameters.Select(parameter => parameter.Type.AllNullable));

    /// <summary>How many arguments have to be cast; null where they do not fit.</summary>
    public int? Casts(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != _parameters.Length)
            return null;
        var casts = 0;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (_parameters[i].TypeFor(arguments[i].Type) is not { } type)
                return null;
            casts += type.SameIgnoringNullability(_parameters[i].Type) && type.SameIgnoringNullability(arguments[i].Type) ? 0
                : type.Kind == arguments[i].Type.Kind ? 1 : 2;
        }
        return casts;
    }

    public ScalarCall Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        var types = new SqlType[arguments.Length];
        var isNullable = _returns.IsNullable;
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = _parameters[i].TypeFor(arguments[i].Type)!;
            isNullable |= _parameters[i].IsStrict && arguments[i].Type.IsNullable;
        }
        var returns = _returns.WithNullability(isNullable);
        var plan = new CallPlan(Name, returns, Options, [.. _parameters.Select(parameter => parameter.IsStrict)]);
        object[] parts =
        [
            _function, plan, ColumnWriters.Create(returns, _resultType, new Mapping(Name, "result")),
            .. _parameters.Select((parameter, i) => parameter.Reader(types[i])),
        ];
        var kernel = (ScalarKernel)GenericCall.Invoke(typeof(ScalarKernels), "Create", [.. _parameters.Select(parameter => parameter.ClrType), _resultType], parts);
        return new ScalarCall(types, returns, kernel);
    }
}
