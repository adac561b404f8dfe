using SqlStream.Broker.Faults;
using SqlStream.Broker.Network;

namespace SqlStream.Broker.Protocol;

/// <summary>A request that is being handled, and its answer. One per connection, used again for each request.</summary>
sealed class Request(int nodeId, Session session)
{
    /// <summary>The node that was asked.</summary>
    public int NodeId { get; } = nodeId;

    public Session Session { get; } = session;

    public WireReader Reader { get; } = new();

    public WireWriter Writer { get; set; } = new();

    public ApiKey Api { get; private set; }

    public short Version { get; private set; }

    public int CorrelationId { get; private set; }

    public string ClientId { get; private set; } = "";

    /// <summary>The fault that the request meets, if it does.</summary>
    public Fault? Fault { get; set; }

    /// <summary>False where the client wants no answer.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Whether the connection ends with this request.</summary>
    public bool EndsConnection { get; set; }

    /// <summary>The error that takes the place of the effect, by a fault.</summary>
    public ErrorCode? Refused => Fault is { AfterEffect: false } fault ? fault.Error : null;

    public int ThrottleMs => Fault is null ? 0 : (int)Fault.Throttle.TotalMilliseconds;

    /// <summary>The error to answer with when the effect had this one.</summary>
    public ErrorCode Final(ErrorCode error) => Fault is { AfterEffect: true, Error: { } injected } ? injected : error;

    /// <summary>Reads the head that all requests begin with, up to the client's name.</summary>
    public void ReadHead(byte[] frame, int offset, int length)
    {
        Reader.Reset(frame, offset, length);
        Api = (ApiKey)Reader.Int16();
        Version = Reader.Int16();
        CorrelationId = Reader.Int32();
        ReadClientId();
        Fault = null;
        IsAnswered = true;
        EndsConnection = false;
    }

    /// <summary>Reads the rest of the head and begins the answer, both as the version has them.</summary>
    public void Begin(ApiRange range)
    {
        var isFlexible = Version >= range.FlexibleFrom;
        Reader.IsFlexible = isFlexible;
        Reader.Tags();
        Writer.Reset();
        Writer.Int32(0);
        Writer.Int32(CorrelationId);
        Writer.IsFlexible = isFlexible;
        // A client cannot know the version of this answer before it has read it, so its head never has tags.
        if (Api != ApiKey.ApiVersions)
            Writer.Tags();
    }

    // The name seldom changes on a connection.
    void ReadClientId()
    {
        var name = Reader.NullableString() ?? "";
        if (name != ClientId)
            ClientId = name;
    }
}
