using System.Runtime.CompilerServices;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>An aggregate function of the program for the planner.</summary>
sealed class UserAggregateFunction<TInput, TState, TResult> : AggregateFunction
{
    readonly UserAggregate<TInput, TState, TResult> _aggregate;
    readonly FunctionOptions _options;
    readonly AggregateArguments<TInput> _arguments;
    readonly SqlType _returns;

    public UserAggregateFunction(string name, UserAggregate<TInput, TState, TResult> aggregate, FunctionOptions options)
    {
        Name = name;
        _aggregate = aggregate;
        _options = options;
        var accumulate = aggregate.GetType().GetMethod(nameof(aggregate.Accumulate), [typeof(TState).MakeByRefType(), typeof(TInput)])!;
        _arguments = new AggregateArguments<TInput>(name, RowMembers.AllowsNull(accumulate.GetParameters()[1]));
        if (!ClrTypes.TryGetSqlType(typeof(TResult), out var natural))
            throw UserFunctionErrors.ResultType(name, typeof(TResult));
        _returns = (options.ReturnType ?? natural).WithNullability(natural.IsNullable);
        _ = Writer;
        if (aggregate.Codec is null && RuntimeHelpers.IsReferenceOrContainsReferences<TState>())
            throw UserFunctionErrors.NoCodec(name, typeof(TState));
    }

    public override string Name { get; }

    public override string Signature => $"{Name}({_arguments.Signature}) -> {_returns.AllNullable}";

    ColumnWriter<TResult> Writer => ColumnWriters.Create<TResult>(_returns, new Mapping(Name, "result"));

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if ((retracting && !_aggregate.CanRetract) || _arguments.TypesFor(arguments) is not { } types)
            return null;
        var rows = new AggregateRows<TInput, TState, TResult>(Name, _aggregate, _arguments.Reader(types), _arguments.Strict, Writer);
        var layout = $"{Name} {ClrTypes.NameOf(typeof(TState))} v{_options.StateVersion}";
        return _aggregate.Codec is { } codec
            ? new UserBlobAggregate<TInput, TState, TResult>(rows, codec) { ParameterTypes = types, ReturnType = _returns, StateLayout = layout }
            : new UserFixedAggregate<TInput, TState, TResult>(rows) { ParameterTypes = types, ReturnType = _returns, StateLayout = layout };
    }
}
