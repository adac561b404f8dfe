using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar;

/// <summary>A function with one fixed list of parameters, which is NULL where an argument is NULL.</summary>
abstract class StrictFunction(string name, string signature, Parameter[] parameters, int optional = 0) : ScalarFunction
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Signature => signature;

    /// <summary>True if the result may be NULL although no argument is.</summary>
    protected virtual bool MayGiveNull => false;

    /// <summary>The type of the result for arguments of the cast types; nullability is added.</summary>
    protected abstract SqlType ReturnType(ReadOnlySpan<SqlType> types);

    /// <summary>How the call runs.</summary>
    /// <param name="type">The type of the result.</param>
    /// <param name="types">The types of the cast arguments.</param>
    /// <param name="arguments">What is known of the arguments as written.</param>
    protected abstract ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments);

    /// <inheritdoc/>
    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length > parameters.Length || arguments.Length < parameters.Length - optional)
            return null;
        var types = new SqlType[arguments.Length];
        var nullable = MayGiveNull;
        for (var i = 0; i < types.Length; i++)
        {
            if (Parameters.Match(parameters[i], arguments[i].Type) is not { } type)
                return null;
            types[i] = type;
            nullable |= arguments[i].Type.IsNullable;
        }
        var result = ReturnType(types).WithNullability(nullable);
        return new ScalarCall(types, result, Kernel(result, types, arguments));
    }
}
