using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Casts;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>Brings every kind of time to local microseconds, on which the functions compute.</summary>
static class LocalTimes
{
    /// <summary>The kernel that gives the local time of the first argument. A string that is no time is NULL.</summary>
    public static ScalarKernel Kernel(SqlType from)
    {
        if (from.Kind == SqlTypeKind.Timestamp)
            return static (_, columns) => columns[0].Retain();
        var cast = CastPlanner.Plan(from, SqlType.Timestamp(6), isTry: true)!.Kernel;
        return (context, columns) => cast(context, columns[..1]);
    }

    /// <summary>Runs a kernel on the local time of the first argument.</summary>
    public static ScalarKernel Over(SqlType from, LocalTimeKernel then)
    {
        var kernel = Kernel(from);
        return (context, columns) =>
        {
            var local = kernel(context, columns);
            try
            {
                return then(context, local);
            }
            finally
            {
                local.Release();
            }
        };
    }
}

/// <summary>Computes from local microseconds, which it borrows.</summary>
delegate Column LocalTimeKernel(EvaluationContext context, Column local);
