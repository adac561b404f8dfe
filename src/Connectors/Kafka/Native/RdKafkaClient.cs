using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Kafka.Native;

/// <summary>A consumer or producer of librdkafka. What it says of its connections is kept as <see cref="Trouble"/>.</summary>
sealed unsafe class RdKafkaClient : IDisposable
{
    const int EventError = 0x8;
    const int EventReport = 0x1;
    const int NoConsumerClose = 0x8;
    const int ErrorBytes = 512;

    readonly nint _mainQueue;
    [ThreadStatic]
    static RdKafkaTrouble? _heard;

    RdKafkaTrouble? _trouble;
    bool _disposed;

    RdKafkaClient(nint handle)
    {
        Handle = handle;
        _mainQueue = RdKafkaApi.QueueGetMain(handle);
    }

    /// <summary>The handle.</summary>
    public nint Handle { get; }

    /// <summary>What the client said last of its connections, with the code; null if nothing since <see cref="ClearTrouble"/>.</summary>
    public RdKafkaTrouble? Trouble
    {
        get => Volatile.Read(ref _trouble);
        private set => Volatile.Write(ref _trouble, value);
    }

    /// <summary>A consumer.</summary>
    public static RdKafkaClient Consumer(IEnumerable<KeyValuePair<string, string>> properties) => Create(1, properties);

    /// <summary>A producer.</summary>
    public static RdKafkaClient Producer(IEnumerable<KeyValuePair<string, string>> properties) => Create(0, properties);

    /// <summary>Why a property cannot be set, or null if it can.</summary>
    public static string? Check(string name, string value)
    {
        var conf = RdKafkaApi.ConfNew();
        try
        {
            return Set(conf, name, value);
        }
        finally
        {
            RdKafkaApi.ConfDestroy(conf);
        }
    }

    /// <summary>The text of an error code.</summary>
    public static string Text(int code) => Marshal.PtrToStringUTF8(RdKafkaApi.ErrorToText(code)) ?? $"error {code}";

    /// <summary>Handles what has happened, waiting for something at most that long.</summary>
    /// <param name="timeoutMs">How long.</param>
    /// <param name="reported">Told of each message that was delivered or could not be.</param>
    public void Poll(int timeoutMs, RdKafkaReport? reported = null)
    {
        for (nint happened; (happened = RdKafkaApi.QueuePoll(_mainQueue, timeoutMs)) != 0; timeoutMs = 0)
        {
            if (RdKafkaApi.EventType(happened) == EventError)
                Tell(RdKafkaApi.EventError(happened), Marshal.PtrToStringUTF8(RdKafkaApi.EventErrorText(happened)) ?? "");
            else if (RdKafkaApi.EventType(happened) == EventReport)
                Report(happened, reported);
            RdKafkaApi.EventDestroy(happened);
        }
    }

    /// <summary>Has a function called, on a thread of the client, when something has happened that <see cref="Poll"/> would handle.</summary>
    public void WakeOnEvents(delegate* unmanaged[Cdecl]<nint, nint, void> wake, nint opaque) => RdKafkaApi.QueueCallbackEventEnable(_mainQueue, wake, opaque);

    /// <summary>What was said within a call of this thread and is neither a message nor an event, such as that a topic is gone; null if nothing.</summary>
    public static RdKafkaTrouble? TakeHeard()
    {
        var heard = _heard;
        if (heard is not null)
            _heard = null;
        return heard;
    }

    /// <summary>Forgets what was said of the connections.</summary>
    public void ClearTrouble() => Trouble = null;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        RdKafkaApi.QueueCallbackEventEnable(_mainQueue, null, 0);
        RdKafkaApi.QueueDestroy(_mainQueue);
        RdKafkaApi.DestroyFlags(Handle, NoConsumerClose);
    }

    // That nobody can be reached comes behind the reason and says less.
    void Tell(int code, string text)
    {
        if (Trouble is not { IsRefusal: true })
            Trouble = new RdKafkaTrouble(code, text);
    }

    static void Report(nint happened, RdKafkaReport? reported)
    {
        for (RdKafkaMessage* message; (message = RdKafkaApi.EventMessageNext(happened)) is not null;)
            reported?.Invoke(message);
    }

    static RdKafkaClient Create(int type, IEnumerable<KeyValuePair<string, string>> properties)
    {
        var conf = RdKafkaApi.ConfNew();
        foreach (var (name, value) in properties)
        {
            if (Set(conf, name, value) is not { } problem)
                continue;
            RdKafkaApi.ConfDestroy(conf);
            throw new EngineBugException($"property {name} was not checked: {problem}");
        }
        RdKafkaApi.ConfSetEvents(conf, EventError | EventReport);
        RdKafkaApi.ConfSetLogCallback(conf, &IgnoreLog);
        RdKafkaApi.ConfSetErrorCallback(conf, &HearError);
        var error = stackalloc byte[ErrorBytes];
        var handle = RdKafkaApi.New(type, conf, error, ErrorBytes);
        if (handle != 0)
            return new RdKafkaClient(handle);
        RdKafkaApi.ConfDestroy(conf);
        throw KafkaErrors.ClientRefused(Marshal.PtrToStringUTF8((nint)error) ?? "");
    }

    static string? Set(nint conf, string name, string value)
    {
        var error = stackalloc byte[ErrorBytes];
        return RdKafkaApi.ConfSet(conf, name, value, error, ErrorBytes) == 0 ? null : Marshal.PtrToStringUTF8((nint)error);
    }

    // Called within the calls that hand over messages.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void HearError(nint client, int code, nint reason, nint opaque) => _heard = new RdKafkaTrouble(code, Marshal.PtrToStringUTF8(reason) ?? "");

    // What is worth knowing comes as an event; the log would go to standard error.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void IgnoreLog(nint client, int level, nint facility, nint text)
    {
    }
}

/// <summary>Told what became of a message; it is valid during the call.</summary>
unsafe delegate void RdKafkaReport(RdKafkaMessage* message);

/// <summary>What a client said of its connections.</summary>
/// <param name="Code">The error code.</param>
/// <param name="Text">What it said.</param>
sealed record RdKafkaTrouble(int Code, string Text)
{
    /// <summary>The cluster was reached and does not let us in.</summary>
    public bool IsRefusal => Code is RdKafkaCode.Authentication or RdKafkaCode.SaslAuthenticationFailed or RdKafkaCode.Ssl;
}
