using SqlStream.Core.Functions;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>Kernels that call a delegate for each row: one for each number of parameters. Values come as spans, results go into the column; nothing
/// is boxed.</summary>
static class ScalarKernels
{
    /// <summary>Parameters that a function may have.</summary>
    public const int ParametersMax = 6;

    static ScalarKernel Create<TResult>(Func<TResult> function, CallPlan plan, ColumnWriter<TResult> write) =>
        (context, columns) => CallRows<TResult>.Run(plan, write, context, columns, new Call<TResult>(function));

    static ScalarKernel Create<T1, TResult>(
        Func<T1, TResult> function, CallPlan plan, ColumnWriter<TResult> write, ArgumentReader<T1> read1) => (context, columns) =>
        {
            var values1 = read1.Read(columns[0], context, out var rented1);
            try
            {
                return CallRows<TResult>.Run(plan, write, context, columns, new Call<T1, TResult>(function, values1));
            }
            finally
            {
                ArgumentReader<T1>.Return(rented1);
            }
        };

    static ScalarKernel Create<T1, T2, TResult>(
        Func<T1, T2, TResult> function, CallPlan plan, ColumnWriter<TResult> write, ArgumentReader<T1> read1, ArgumentReader<T2> read2) => (context, columns) =>
        {
            var values1 = read1.Read(columns[0], context, out var rented1);
            var values2 = read2.Read(columns[1], context, out var rented2);
            try
            {
                return CallRows<TResult>.Run(plan, write, context, columns, new Call<T1, T2, TResult>(function, values1, values2));
            }
            finally
            {
                ArgumentReader<T1>.Return(rented1);
                ArgumentReader<T2>.Return(rented2);
            }
        };

    static ScalarKernel Create<T1, T2, T3, TResult>(
        Func<T1, T2, T3, TResult> function, CallPlan plan, ColumnWriter<TResult> write, ArgumentReader<T1> read1, ArgumentReader<T2> read2, ArgumentReader<T3> read3) => (context, columns) =>
        {
            var values1 = read1.Read(columns[0], context, out var rented1);
            var values2 = read2.Read(columns[1], context, out var rented2);
            var values3 = read3.Read(columns[2], context, out var rented3);
            try
            {
                return CallRows<TResult>.Run(plan, write, context, columns, new Call<T1, T2, T3, TResult>(function, values1, values2, values3));
            }
            finally
            {
                ArgumentReader<T1>.Return(rented1);
                ArgumentReader<T2>.Return(rented2);
                ArgumentReader<T3>.Return(rented3);
            }
        };

    static ScalarKernel Create<T1, T2, T3, T4, TResult>(
        Func<T1, T2, T3, T4, TResult> function, CallPlan plan, ColumnWriter<TResult> write, ArgumentReader<T1> read1, ArgumentReader<T2> read2, ArgumentReader<T3> read3, ArgumentReader<T4> read4) => (context, columns) =>
        {
            var values1 = read1.Read(columns[0], context, out var rented1);
            var values2 = read2.Read(columns[1], context, out var rented2);
            var values3 = read3.Read(columns[2], context, out var rented3);
            var values4 = read4.Read(columns[3], context, out var rented4);
            try
            {
                return CallRows<TResult>.Run(plan, write, context, columns, new Call<T1, T2, T3, T4, TResult>(function, values1, values2, values3, values4));
            }
            finally
            {
                ArgumentReader<T1>.Return(rented1);
                ArgumentReader<T2>.Return(rented2);
                ArgumentReader<T3>.Return(rented3);
                ArgumentReader<T4>.Return(rented4);
            }
        };

    static ScalarKernel Create<T1, T2, T3, T4, T5, TResult>(
        Func<T1, T2, T3, T4, T5, TResult> function, CallPlan plan, ColumnWriter<TResult> write, ArgumentReader<T1> read1, ArgumentReader<T2> read2, ArgumentReader<T3> read3, ArgumentReader<T4> read4, ArgumentReader<T5> read5) => (context, columns) =>
        {
            var values1 = read1.Read(columns[0], context, out var rented1);
            var values2 = read2.Read(columns[1], context, out var rented2);
            var values3 = read3.Read(columns[2], context, out var rented3);
            var values4 = read4.Read(columns[3], context, out var rented4);
            var values5 = read5.Read(columns[4], context, out var rented5);
            try
            {
                return CallRows<TResult>.Run(plan, write, context, columns, new Call<T1, T2, T3, T4, T5, TResult>(function, values1, values2, values3, values4, values5));
            }
            finally
            {
                ArgumentReader<T1>.Return(rented1);
                ArgumentReader<T2>.Return(rented2);
                ArgumentReader<T3>.Return(rented3);
                ArgumentReader<T4>.Return(rented4);
                ArgumentReader<T5>.Return(rented5);
            }
        };

    static ScalarKernel Create<T1, T2, T3, T4, T5, T6, TResult>(
        Func<T1, T2, T3, T4, T5, T6, TResult> function, CallPlan plan, ColumnWriter<TResult> write, ArgumentReader<T1> read1, ArgumentReader<T2> read2, ArgumentReader<T3> read3, ArgumentReader<T4> read4, ArgumentReader<T5> read5, ArgumentReader<T6> read6) => (context, columns) =>
        {
            var values1 = read1.Read(columns[0], context, out var rented1);
            var values2 = read2.Read(columns[1], context, out var rented2);
            var values3 = read3.Read(columns[2], context, out var rented3);
            var values4 = read4.Read(columns[3], context, out var rented4);
            var values5 = read5.Read(columns[4], context, out var rented5);
            var values6 = read6.Read(columns[5], context, out var rented6);
            try
            {
                return CallRows<TResult>.Run(plan, write, context, columns, new Call<T1, T2, T3, T4, T5, T6, TResult>(function, values1, values2, values3, values4, values5, values6));
            }
            finally
            {
                ArgumentReader<T1>.Return(rented1);
                ArgumentReader<T2>.Return(rented2);
                ArgumentReader<T3>.Return(rented3);
                ArgumentReader<T4>.Return(rented4);
                ArgumentReader<T5>.Return(rented5);
                ArgumentReader<T6>.Return(rented6);
            }
        };

    readonly ref struct Call<TResult>(Func<TResult> function) : ICall<TResult>
    {
        public TResult Invoke(int row) => function();
    }

    readonly ref struct Call<T1, TResult>(Func<T1, TResult> function, ArgumentReader<T1>.Values values1) : ICall<TResult>
    {
        readonly ArgumentReader<T1>.Values _values1 = values1;

        public TResult Invoke(int row) => function(_values1[row]);
    }

    readonly ref struct Call<T1, T2, TResult>(Func<T1, T2, TResult> function, ArgumentReader<T1>.Values values1, ArgumentReader<T2>.Values values2) : ICall<TResult>
    {
        readonly ArgumentReader<T1>.Values _values1 = values1;
        readonly ArgumentReader<T2>.Values _values2 = values2;

        public TResult Invoke(int row) => function(_values1[row], _values2[row]);
    }

    readonly ref struct Call<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> function, ArgumentReader<T1>.Values values1, ArgumentReader<T2>.Values values2, ArgumentReader<T3>.Values values3) : ICall<TResult>
    {
        readonly ArgumentReader<T1>.Values _values1 = values1;
        readonly ArgumentReader<T2>.Values _values2 = values2;
        readonly ArgumentReader<T3>.Values _values3 = values3;

        public TResult Invoke(int row) => function(_values1[row], _values2[row], _values3[row]);
    }

    readonly ref struct Call<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, TResult> function, ArgumentReader<T1>.Values values1, ArgumentReader<T2>.Values values2, ArgumentReader<T3>.Values values3, ArgumentReader<T4>.Values values4) : ICall<TResult>
    {
        readonly ArgumentReader<T1>.Values _values1 = values1;
        readonly ArgumentReader<T2>.Values _values2 = values2;
        readonly ArgumentReader<T3>.Values _values3 = values3;
        readonly ArgumentReader<T4>.Values _values4 = values4;

        public TResult Invoke(int row) => function(_values1[row], _values2[row], _values3[row], _values4[row]);
    }

    readonly ref struct Call<T1, T2, T3, T4, T5, TResult>(Func<T1, T2, T3, T4, T5, TResult> function, ArgumentReader<T1>.Values values1, ArgumentReader<T2>.Values values2, ArgumentReader<T3>.Values values3, ArgumentReader<T4>.Values values4, ArgumentReader<T5>.Values values5) : ICall<TResult>
    {
        readonly ArgumentReader<T1>.Values _values1 = values1;
        readonly ArgumentReader<T2>.Values _values2 = values2;
        readonly ArgumentReader<T3>.Values _values3 = values3;
        readonly ArgumentReader<T4>.Values _values4 = values4;
        readonly ArgumentReader<T5>.Values _values5 = values5;

        public TResult Invoke(int row) => function(_values1[row], _values2[row], _values3[row], _values4[row], _values5[row]);
    }

    readonly ref struct Call<T1, T2, T3, T4, T5, T6, TResult>(Func<T1, T2, T3, T4, T5, T6, TResult> function, ArgumentReader<T1>.Values values1, ArgumentReader<T2>.Values values2, ArgumentReader<T3>.Values values3, ArgumentReader<T4>.Values values4, ArgumentReader<T5>.Values values5, ArgumentReader<T6>.Values values6) : ICall<TResult>
    {
        readonly ArgumentReader<T1>.Values _values1 = values1;
        readonly ArgumentReader<T2>.Values _values2 = values2;
        readonly ArgumentReader<T3>.Values _values3 = values3;
        readonly ArgumentReader<T4>.Values _values4 = values4;
        readonly ArgumentReader<T5>.Values _values5 = values5;
        readonly ArgumentReader<T6>.Values _values6 = values6;

        public TResult Invoke(int row) => function(_values1[row], _values2[row], _values3[row], _values4[row], _values5[row], _values6[row]);
    }
}
